// The command line of the demo.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

namespace pipeline {

enum class Mode {
  Ok,        // everything works
  Deadlock,  // two workers take two locks in opposite order
  Slow,      // one consumer is too slow for its producers
  Kill,      // a worker is killed while it holds a lock
};

struct Options {
  Mode mode = Mode::Ok;
  std::filesystem::path folder;  // empty: one of its own, made up
  int workers = 3;
  int files = 120;                          // of the made-up folder
  std::size_t file_bytes = 512 * 1024;      // each
  std::optional<std::chrono::seconds> run;  // how long to keep going over the folder
};

// What the command line says, or the text to print and the exit code.
struct Parsed {
  std::optional<Options> options;
  std::string text;
  int exit_code = 0;
};
Parsed parse(int argc, char** argv);

}  // namespace pipeline
