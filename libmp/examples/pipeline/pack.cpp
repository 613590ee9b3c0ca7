#include "pack.hpp"

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <vector>

#include <zstd.h>

namespace pipeline {
namespace {

constexpr int kEffort = 15;

}  // namespace

std::string read_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + file.string());
  return {std::istreambuf_iterator<char>(in), {}};
}

std::uint64_t checksum(std::string_view content) {
  std::uint64_t sum = 0xcbf2'9ce4'8422'2325;
  for (const char c : content) sum = (sum ^ static_cast<unsigned char>(c)) * 0x100'0000'01b3;
  return sum;
}

std::size_t packed_size(std::string_view content) {
  std::vector<char> packed(::ZSTD_compressBound(content.size()));
  const std::size_t size =
      ::ZSTD_compress(packed.data(), packed.size(), content.data(), content.size(), kEffort);
  if (::ZSTD_isError(size) != 0) throw std::runtime_error(::ZSTD_getErrorName(size));
  return size;
}

}  // namespace pipeline
