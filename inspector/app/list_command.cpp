#include "app/list_command.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "os/clock.hpp"
#include "analysis/words.hpp"
#include "report/tree_reader.hpp"

namespace inspector::app {

int run_ls(const LsOptions& options) {
  const std::vector<mp::report::FoundTree> trees = mp::report::find_trees();
  const std::uint64_t now = mp::os::monotonic_ns();
  bool any = false;
  for (const auto& tree : trees) {
    if (tree.alive == 0 && !options.all) continue;
    if (!any) fmt::print("{:>8}  {:>10}  {:>9}  {}\n", "PID", "AGE", "PROCESSES", "PROGRAM");
    any = true;
    const auto age = tree.same_boot && tree.born_ns != 0 ? analysis::duration_text(now - tree.born_ns) : std::string("?");
    const std::string name = tree.command_line + (tree.alive == 0 ? " (ended; " + tree.dir + ")" : "");
    fmt::print("{:>8}  {:>10}  {:>9}  {}\n", tree.root_pid, age, tree.alive, name);
  }
  if (!any) {
    fmt::print("No program on this machine uses libmp at the moment (of this user).\n"
               "Programs with MP_INSPECT=0 are not seen.\n");
  }
  return 0;
}

}  // namespace inspector::app
