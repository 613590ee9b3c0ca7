#include "store/packed.hpp"

#include "wire/crc32c.hpp"

#include <zstd.h>

namespace inspector::store {
namespace {

constexpr int kLevel = 3;  // beyond it, twice the time saves a few per cent

mp::Failure damaged(const char* how) { return {mp::FailureCode::Malformed, how, "packed block"}; }

}  // namespace

Packed pack(std::string raw) {
  Packed out;
  out.raw_size = raw.size();
  std::string squeezed(ZSTD_compressBound(raw.size()), '\0');
  const std::size_t size =
      ZSTD_compress(squeezed.data(), squeezed.size(), raw.data(), raw.size(), kLevel);
  if (ZSTD_isError(size) == 0 && size < raw.size()) {
    squeezed.resize(size);
    out.encoding = Encoding::Zstd;
    out.data = std::move(squeezed);
  } else {
    out.data = std::move(raw);
  }
  out.crc = mp::wire::crc32c(out.data);
  return out;
}

mp::Result<std::string> unpack(std::uint64_t encoding, std::uint64_t raw_size, std::uint32_t crc,
                               std::string_view data, std::size_t max_raw) {
  if (raw_size > max_raw || data.size() > max_raw) {
    return mp::Failure{mp::FailureCode::TooLarge, "block of " + std::to_string(raw_size) + " bytes",
                       "packed block"};
  }
  if (mp::wire::crc32c(data) != crc) return damaged("the checksum does not fit");
  if (encoding == static_cast<std::uint64_t>(Encoding::Plain)) {
    if (data.size() != raw_size) return damaged("the size is not what was noted");
    return std::string(data);
  }
  if (encoding != static_cast<std::uint64_t>(Encoding::Zstd)) {
    return mp::Failure{mp::FailureCode::Unsupported, "encoding " + std::to_string(encoding),
                       "packed block"};
  }
  std::string raw(static_cast<std::size_t>(raw_size), '\0');
  const std::size_t size = ZSTD_decompress(raw.data(), raw.size(), data.data(), data.size());
  if (ZSTD_isError(size) != 0 || size != raw.size()) return damaged("it cannot be decompressed");
  return raw;
}

}  // namespace inspector::store
