#include <exception>
#include <fmt/format.h>
#include <cstdio>
#include <cstdlib>

#include "app/demo_command.hpp"
#include "app/gui_command.hpp"
#include "app/list_command.hpp"
#include "app/options.hpp"
#include "app/record_command.hpp"
#include "app/report_command.hpp"
#include "app/shot_command.hpp"

namespace {

using namespace inspector::app;

int run(const Exit& options) { return options.code; }
int run(const GuiOptions& options) { return run_gui(options); }
int run(const RecordOptions& options) { return run_record(options); }
int run(const ReportOptions& options) { return run_report(options); }
int run(const ShotOptions& options) { return run_shot(options); }
int run(const LsOptions& options) { return run_ls(options); }
int run(const DemoOptions& options) { return run_demo(options); }

}  // namespace

int main(int argc, char** argv) {
  // The inspector uses libmp for its own connections; watching itself would only be confusing.
  ::setenv("MP_INSPECT", "0", 1);
  try {
    return std::visit([](const auto& options) { return run(options); }, parse_options(argc, argv));
  } catch (const std::exception& error) {
    fmt::print(stderr, "mp-inspector: {}\n", error.what());
    return 2;
  }
}
