// mp-bench: how fast the library is on this machine. One line per figure: workload <tab> value
// <tab> unit.
#include "bench/groups.hpp"
#include "bench/soak/soak.hpp"
#include <libmp/freeze_support.hpp>

#include <cstdio>
#include <exception>
#include <span>
#include <string_view>
#include <vector>

namespace {

constexpr const char* kHelp =
    R"(usage: mp-bench [--list] [NAME...]
       mp-bench soak [--minutes N] [--processes N] [--seed N]

Runs the benchmarks whose name or one of whose workloads begins with a NAME; all without
one, but for many, which takes minutes. soak is no benchmark but a trial, see its --help.
Prints workload <tab> value <tab> unit. ns, us, ms: less is better; /s: more is better. A name with
something in brackets is a variant, or another means to the same end in the same run.

The probes are on stand-by unless the environment says otherwise: MP_INSPECT=0 mp-bench runs without.
tests/bench/compare puts the figures beside CPython's and those of the bare machine.
)";

bool begins_one_of(std::string_view name, std::string_view words) {
  for (std::size_t at = 0; at < words.size();) {
    if (words.substr(at).starts_with(name)) return true;
    const std::size_t blank = words.find(' ', at);
    at = blank == words.npos ? words.size() : blank + 1;
  }
  return false;
}

bool is_wanted(const bench::Group& group, std::span<const std::string_view> names) {
  if (names.empty()) return !group.only_by_name;
  for (const std::string_view name : names) {
    const bool is_workload = !group.only_by_name && begins_one_of(name, group.workloads);
    if (group.name == name || is_workload) return true;
  }
  return false;
}

bool is_known(std::string_view name) {
  for (const bench::Group& group : bench::kGroups) {
    if (is_wanted(group, {&name, 1})) return true;
  }
  return false;
}

// Watching needs the inspector's parts.
int soak([[maybe_unused]] std::span<char* const> words) {
#if MP_BENCH_SOAK
  return bench::soak::run(words);
#else
  std::fputs("mp-bench: soak needs the inspector, and was built without it (MP_INSPECTOR=OFF)\n",
             stderr);
  return 2;
#endif
}

int list() {
  for (const bench::Group& group : bench::kGroups) {
    std::printf("%-8.*s%.*s\n", static_cast<int>(group.name.size()), group.name.data(),
                static_cast<int>(group.workloads.size()), group.workloads.data());
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "--end")
    return 0;  // start_bench: what a spawn costs by itself
  mp::freeze_support(argc, argv);
  const std::span words(argv + 1, static_cast<std::size_t>(argc > 0 ? argc - 1 : 0));
  if (!words.empty() && std::string_view(words[0]) == "soak") return soak(words.subspan(1));
  std::vector<std::string_view> names;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--list") return list();
    if (word == "--help" || word == "-h") return std::fputs(kHelp, stdout), 0;
    if (!is_known(word)) {
      std::fprintf(stderr, "mp-bench: no benchmark is called '%s' (see --list)\n", argv[i]);
      return 2;
    }
    names.push_back(word);
  }
  try {
    for (const bench::Group& group : bench::kGroups) {
      if (is_wanted(group, names)) group.run();
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "mp-bench: %s\n", error.what());
    return 1;
  }
  return 0;
}
