// Sparse files that are mapped shared, written by one process and read by others. No exceptions:
// the probes use this.
#pragma once

#include "os/unique_fd.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace mp::os {

// Creates `path` (0600, must not exist), makes it `bytes` long without using memory, maps it shared
// and writable. The mapping is for ever (live files end with their process). nullptr on any
// failure; nothing is left behind then.
void* create_shared_file(const char* path, std::size_t bytes) noexcept;

// Makes sure that the pages of [address, address + bytes) can be written without SIGBUS, whatever
// the file system has left. False when it cannot give them (full, file cut short). A page may be
// asked for again.
bool populate(void* address, std::size_t bytes) noexcept;

// Forgets a mapping that a forked child has inherited.
void unmap(void* address, std::size_t bytes) noexcept;

// Reading and writing somebody's file without mapping it, so that a file cut short cannot raise
// SIGBUS.
UniqueFd open_shared_file(const std::string& path, bool writable) noexcept;
// 0 when it cannot be told.
std::uint64_t file_size(int fd) noexcept;
// How many bytes were read; less than asked for at the end of the file or on error.
std::size_t read_at(int fd, std::uint64_t offset, std::span<std::byte> into) noexcept;
bool write_at(int fd, std::uint64_t offset, std::span<const std::byte> bytes) noexcept;

// Makes a small file 0600 in one step: readers see it whole or not at all. False when it is there
// already, or cannot be made.
bool create_private_file(const std::string& path, std::string_view bytes) noexcept;

// A small text file whole (of /proc, say), at most `limit` bytes. Empty when it cannot be read; never waits, not even for a
// FIFO.
std::string read_text(const std::string& path, std::size_t limit = 65536);

}  // namespace mp::os
