// The checkpoints that recording_fuzz begins with. They are of the present version of the model's
// state, or the fuzzer would never come past its first byte:
//   recording_seeds tests/fuzz/corpus/recording            writes them
//   recording_seeds --check tests/fuzz/corpus/recording    whether they are what would be written
#include "model/model.hpp"
#include "store/packed.hpp"
#include "support/event_scenarios.hpp"
#include "wire/bytes.hpp"
#include "wire/crc32c.hpp"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <string>

namespace {

namespace fs = std::filesystem;
namespace store = inspector::store;
using support::EventBuilder;

std::string state_after(void (*story)(EventBuilder&)) {
  EventBuilder builder;
  story(builder);
  inspector::model::Model model;
  model.apply(builder.batch());
  return model.serialize();
}

// By the name of the file; those of which the name ends with _zstd lie there compressed.
std::map<std::string, std::string> states() {
  const std::string deadlock = state_after([](auto& b) { support::deadlock_of_two(b); });
  return {{"checkpoint_deadlock", deadlock},
          {"checkpoint_deadlock_zstd", deadlock},
          {"checkpoint_killed_holder", state_after([](auto& b) { support::killed_holder(b); })},
          {"checkpoint_slow_consumer", state_after([](auto& b) { support::slow_consumer(b, 1); })},
          {"checkpoint_several_waits", state_after([](auto& b) { support::several_waits(b); })}};
}

// As recording_fuzz reads it.
std::string seed_of(const std::string& state, bool compressed) {
  std::string seed(1, static_cast<char>(compressed ? 3 : 1));
  mp::wire::put_le(seed, static_cast<std::uint32_t>(state.size()));
  return seed + (compressed ? store::pack(state).data : state);
}

// Empty when it is none.
std::string state_in(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  const std::string seed{std::istreambuf_iterator<char>(in), {}};
  mp::wire::ByteReader bytes(seed);
  const auto form = bytes.le<std::uint8_t>();
  const auto size = bytes.le<std::uint32_t>();
  const std::string_view data = bytes.take(bytes.left());
  auto state = store::unpack((form >> 1) & 1U, size, mp::wire::crc32c(data), data, 1U << 20);
  return state.ok() ? std::move(state).value() : std::string();
}

void write(const fs::path& file, const std::string& seed) {
  std::ofstream(file, std::ios::binary) << seed;
}

}  // namespace

int main(int argc, char** argv) {
  const bool only_checks = argc == 3 && std::string(argv[1]) == "--check";
  if (argc != 2 && !only_checks) {
    std::cerr << "usage: recording_seeds [--check] FOLDER\n";
    return 2;
  }
  const fs::path folder = argv[argc - 1];
  int wrong = 0;
  for (const auto& [name, state] : states()) {
    const fs::path file = folder / name;
    if (!only_checks) {
      write(file, seed_of(state, name.ends_with("_zstd")));
    } else if (state_in(file) != state) {
      std::cerr << file << " is not what recording_seeds writes now: run it on that folder\n";
      ++wrong;
    }
  }
  return wrong == 0 ? 0 : 1;
}
