// main() of a fuzzer where libFuzzer is not at hand: runs the corpus, and simple damage to each of
// its files.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Bytes = std::vector<std::uint8_t>;

// Each length up to a bound, so that an over-read shows under AddressSanitizer; each byte set to
// the values that break counts.
constexpr std::size_t kDamageBound = 4096;

Bytes load(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
}

void feed(const Bytes& bytes) { LLVMFuzzerTestOneInput(bytes.data(), bytes.size()); }

std::size_t feed_damaged(const Bytes& whole) {
  std::size_t runs = 0;
  const std::size_t bound = whole.size() < kDamageBound ? whole.size() : kDamageBound;
  for (std::size_t size = 0; size < bound; ++size, ++runs) {
    feed(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
  }
  for (std::size_t at = 0; at < bound; ++at) {
    for (const int value : {0x00, 0x01, 0x7f, 0x80, 0xff}) {
      Bytes bent = whole;
      bent[at] = static_cast<std::uint8_t>(value);
      feed(bent);
      ++runs;
    }
  }
  return runs;
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t files = 0;
  std::size_t runs = 0;
  for (int i = 1; i < argc; ++i) {
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(argv[i], error)) {
      if (!entry.is_regular_file()) continue;
      const Bytes bytes = load(entry.path());
      feed(bytes);
      runs += 1 + feed_damaged(bytes);
      ++files;
    }
    if (error) std::fprintf(stderr, "%s: %s\n", argv[i], error.message().c_str());
  }
  std::printf("%zu inputs from %zu files\n", runs, files);
  // An empty corpus would be a test that cannot fail.
  return files == 0 ? 1 : 0;
}
