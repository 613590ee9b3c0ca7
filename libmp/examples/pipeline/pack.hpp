// The work itself: a checksum and a compression.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace pipeline {

std::string read_file(const std::filesystem::path& file);

// FNV-1a: the same content has the same number.
std::uint64_t checksum(std::string_view content);

// How large the content is when compressed, with effort.
std::size_t packed_size(std::string_view content);

}  // namespace pipeline
