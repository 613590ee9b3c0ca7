// Where live files and rendezvous sockets live: $XDG_RUNTIME_DIR/libmp, else /dev/shm/libmp-<uid>, else
// /tmp/libmp-<uid>. Directories are 0700 and must belong to this user: a stranger's directory is never used.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mp::os {

// The directory that this process writes to, made if need be. Empty when none of the three can be had.
std::optional<std::string> make_runtime_dir() noexcept;

// All of the three that exist and are ours: a reader must look everywhere, since the program under watch may have
// been started with another environment.
std::vector<std::string> runtime_dirs();

// Makes one directory 0700, or accepts it if it is there and ours. False otherwise.
bool make_private_dir(const std::string& path) noexcept;

// Names in a directory, without "." and "..", unsorted; empty when it cannot be read.
std::vector<std::string> list_dir(const std::string& path);

// When names were last made or removed in a directory, CLOCK_REALTIME; 0 when it cannot be told.
std::uint64_t changed_ns(const std::string& path) noexcept;

// unlink and rmdir that do not mind if there is nothing (or something left) there.
void remove_file(const char* path) noexcept;
void remove_dir(const char* path) noexcept;

}  // namespace mp::os
