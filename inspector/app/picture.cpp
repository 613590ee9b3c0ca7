#include "app/picture.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <zlib.h>

namespace inspector::app {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::uint8_t kSignature[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
constexpr std::size_t kPixel = 4;

void put_u32(Bytes& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8)
    out.push_back(static_cast<std::uint8_t>(value >> shift));
}

void put_chunk(Bytes& out, const char* type, const Bytes& data) {
  put_u32(out, static_cast<std::uint32_t>(data.size()));
  const std::size_t start = out.size();
  out.insert(out.end(), type, type + 4);
  out.insert(out.end(), data.begin(), data.end());
  const uLong crc = crc32(0, out.data() + start, static_cast<uInt>(out.size() - start));
  put_u32(out, static_cast<std::uint32_t>(crc));
}

// Each row is preceded by filter 1 (difference to the pixel at the left): flat areas become zeros.
Bytes filtered_rows(const Picture& picture) {
  const std::size_t stride = static_cast<std::size_t>(picture.width) * kPixel;
  Bytes rows;
  rows.reserve((stride + 1) * static_cast<std::size_t>(picture.height));
  for (int y = 0; y < picture.height; ++y) {
    const std::uint8_t* row = picture.rgba.data() + static_cast<std::size_t>(y) * stride;
    rows.push_back(1);
    for (std::size_t x = 0; x < stride; ++x) {
      const std::uint8_t left = x < kPixel ? std::uint8_t{0} : row[x - kPixel];
      rows.push_back(static_cast<std::uint8_t>(row[x] - left));
    }
  }
  return rows;
}

Bytes deflated(const Bytes& raw) {
  uLongf size = compressBound(static_cast<uLong>(raw.size()));
  Bytes out(size);
  if (compress2(out.data(), &size, raw.data(), static_cast<uLong>(raw.size()), 6) != Z_OK)
    return {};
  out.resize(size);
  return out;
}

mp::Failure os_failure(const char* what, const std::string& path) {
  return mp::Failure{mp::FailureCode::Os, std::string(what) + ": " + std::strerror(errno), path};
}

}  // namespace

std::vector<std::uint8_t> encode_png(const Picture& picture) {
  Bytes out(std::begin(kSignature), std::end(kSignature));
  Bytes head;
  put_u32(head, static_cast<std::uint32_t>(picture.width));
  put_u32(head, static_cast<std::uint32_t>(picture.height));
  head.insert(head.end(),
              {8, 6, 0, 0, 0});  // 8 bits, RGBA, the only methods there are, not interlaced
  put_chunk(out, "IHDR", head);
  put_chunk(out, "IDAT", deflated(filtered_rows(picture)));
  put_chunk(out, "IEND", {});
  return out;
}

mp::Result<void> write_png(const Picture& picture, const std::string& path) {
  const Bytes bytes = encode_png(picture);
  const std::string partial = path + ".part";
  std::FILE* file = std::fopen(partial.c_str(), "wbe");
  if (file == nullptr) return os_failure("cannot create the picture", path);
  const bool written = std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
  if (std::fclose(file) != 0 || !written) {
    const mp::Failure failure = os_failure("cannot write the picture", path);
    std::remove(partial.c_str());
    return failure;
  }
  if (std::rename(partial.c_str(), path.c_str()) != 0)
    return os_failure("cannot name the picture", path);
  return {};
}

}  // namespace inspector::app
