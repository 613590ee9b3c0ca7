// What the command line asks for. One struct per subcommand; parse_options is the only code that knows CLI11.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace inspector::app {

// The window: on a recording, or on what connects.
struct GuiOptions {
  std::string file;                  // empty: the sessions screen
  std::vector<std::string> listen;   // addresses besides the default rendezvous
  std::uint32_t attach = 0;          // a pid to attach to at once
  std::vector<std::string> program;  // to start and show
  std::string demo;                  // the pipeline demo in this mode, likewise
  bool light = false;
  float scale = 0;                   // 0: as the display says
};

struct RecordOptions {
  std::string output;
  std::vector<std::string> program;  // argv; empty with `attach`
  std::uint32_t attach = 0;
  bool wait = false;   // for a program that somebody else starts
  double seconds = 0;  // 0: until the program ends
  int level = 2;
  bool force = false;  // overwrite
  bool quiet = false;
};

struct ReportOptions {
  std::string file;
  std::string format = "text";
  std::string fail_on;
  std::string output;  // empty: standard output
};

struct ShotOptions {
  std::string file;
  std::string panel = "overview";
  std::string output;
  std::optional<double> at_seconds;  // from the beginning of the recording; empty: its end
  std::string select;                // name of an object or process
  bool graph = false;                // of the locks or queues panel, instead of its table
  bool messages = false;             // of the queues panel
  bool light = false;
  int width = 1440;
  int height = 900;
  float scale = 1;
};

struct LsOptions {
  bool all = false;  // also trees whose processes are all dead
};

struct DemoOptions {
  std::string mode = "deadlock";
  bool headless = false;
  std::string folder;  // where session, picture and report go
  double seconds = 6;
};

struct Exit {  // help, version, or a mistake: already said
  int code = 0;
};

using Options = std::variant<GuiOptions, RecordOptions, ReportOptions, ShotOptions, LsOptions, DemoOptions, Exit>;

// Prints help and errors itself. Never exits.
Options parse_options(int argc, char** argv);

}  // namespace inspector::app
