// What the rest of libmp asks of the logger: its name, its words, and what a child takes along that
// inherits no memory.
#pragma once

#include <libmp/log.hpp>

#include <source_location>
#include <string>
#include <string_view>
#include <vector>

namespace mp::logging {

// The library's own words, which are CPython's: `text`, then `subject`.
void info(std::string_view text, std::string_view subject = {},
          std::source_location where = std::source_location::current()) noexcept;
void debug(std::string_view text, std::string_view subject = {},
           std::source_location where = std::source_location::current()) noexcept;

void warning(std::string_view text, std::string_view subject = {},
             std::source_location where = std::source_location::current()) noexcept;
// Whether a handler would be given a record of this level.
[[nodiscard]] bool has_listener(int level) noexcept;

// What current_process().name() is from now on; MainProcess until somebody says so.
void set_process_name(std::string_view name) noexcept;

// Levels and handlers of this process as plain values, for a child that is spawned. Callbacks
// cannot travel and stay behind.
struct Settings {
  struct Handler {
    std::string path;  // of a file; empty: stderr
    int level = NOTSET;
  };
  int level = NOTSET;
  int root_level = WARNING;
  std::vector<Handler> handlers;
};
[[nodiscard]] Settings settings();

// In the child, before its target runs. A file that cannot be opened there is left out, and told on
// stderr.
void apply(const Settings& settings);

}  // namespace mp::logging
