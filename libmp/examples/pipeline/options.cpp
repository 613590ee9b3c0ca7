#include "options.hpp"

#include <charconv>
#include <map>
#include <span>
#include <stdexcept>
#include <string_view>

namespace pipeline {
namespace {

constexpr std::string_view kHelp =
    R"(pipeline: a small real job in several processes, and three ways in which it goes wrong.

usage: pipeline [MODE] [FOLDER] [options]

It reads every file of FOLDER, finds duplicates and says what compression would save. FOLDER is only
read; without one a folder with made-up files is used. The processes:

  reader ──▶ queue jobs ──▶ worker-1..N ──▶ queue results ──▶ collector
    │                         │      │                            ▲
    │                  lock index  lock totals                    │
    │             (what is known)  (what was done)                │
    └────────────── pipe: how many files are to come ─────────────┘

modes:
  ok         everything works (the default)
  deadlock   worker-1 holds `index` and wants `totals`, worker-2 the other way round: it hangs for ever
  slow       the collector takes its time: `results` is full, and the workers wait for room
  kill       worker-2 gets SIGKILL while it holds `totals`: the others learn it, repair and go on

options:
  --workers N    worker processes (3)
  --files N      files in the made-up folder (120)
  --size N       their size, with k or M for units (512k)
  --seconds N    go over the folder again and again for so long; in mode deadlock: give up then
  --help         this text

exit code: 0 when all files were counted once, 1 when not or when given up, 2 for a wrong command line.

Watch it:         mp-inspector -- pipeline slow --seconds 60
Record and ask:   mp-inspector record -o hang.mpr -- pipeline deadlock --seconds 5
                  mp-inspector report hang.mpr --fail-on deadlock
)";

const std::map<std::string_view, Mode> kModes = {
    {"ok", Mode::Ok}, {"deadlock", Mode::Deadlock}, {"slow", Mode::Slow}, {"kill", Mode::Kill}};

class UsageError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

long to_number(std::string_view option, std::string_view text, long least, long most) {
  long scale = 1;
  if (option == "--size" && !text.empty()) {
    if (text.back() == 'k') scale = 1024;
    if (text.back() == 'M') scale = 1024 * 1024;
  }
  if (scale != 1) text.remove_suffix(1);
  long number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < least ||
      number > most / scale) {
    throw UsageError(std::string(option) + " wants a number from " + std::to_string(least) +
                     " to " + std::to_string(most));
  }
  return number * scale;
}

void take_option(Options& options, std::string_view option, std::string_view value) {
  if (option == "--workers") {
    options.workers = static_cast<int>(to_number(option, value, 1, 200));
  } else if (option == "--files") {
    options.files = static_cast<int>(to_number(option, value, 1, 100'000));
  } else if (option == "--size") {
    options.file_bytes = static_cast<std::size_t>(to_number(option, value, 1, 1 << 30));
  } else if (option == "--seconds") {
    options.run = std::chrono::seconds(to_number(option, value, 1, 1'000'000));
  } else {
    throw UsageError("unknown option " + std::string(option));
  }
}

// One word that is no option: first a mode may come, then a folder.
void take_word(Options& options, std::string_view word, int position) {
  const auto mode = kModes.find(word);
  if (position == 0 && mode != kModes.end()) {
    options.mode = mode->second;
  } else if (options.folder.empty() && std::filesystem::is_directory(word)) {
    options.folder = word;
  } else {
    throw UsageError("'" + std::string(word) + "' is neither a mode nor a folder");
  }
}

}  // namespace

Parsed parse(int argc, char** argv) {
  const std::span<char*> words(argv + 1, static_cast<std::size_t>(argc > 0 ? argc - 1 : 0));
  Options options;
  int position = 0;
  try {
    for (std::size_t i = 0; i < words.size(); ++i) {
      const std::string_view word = words[i];
      if (word == "--help" || word == "-h")
        return {.options = {}, .text = std::string(kHelp), .exit_code = 0};
      if (!word.starts_with("--")) {
        take_word(options, word, position++);
      } else if (const std::size_t equals = word.find('='); equals != word.npos) {
        take_option(options, word.substr(0, equals), word.substr(equals + 1));
      } else if (i + 1 < words.size()) {
        take_option(options, word, words[++i]);
      } else {
        throw UsageError(std::string(word) + " wants a value");
      }
    }
    if (options.workers < 2 && (options.mode == Mode::Deadlock || options.mode == Mode::Kill)) {
      throw UsageError("this mode needs at least two workers");
    }
  } catch (const UsageError& error) {
    return {.options = {},
            .text = "pipeline: " + std::string(error.what()) + " (see --help)\n",
            .exit_code = 2};
  }
  return {.options = options, .text = {}, .exit_code = 0};
}

}  // namespace pipeline
