// The tree's helper process: this program's own binary, started again, that never reaches main(). It reports what
// happens in the tree to the inspector that MP_INSPECT names, and ends with the tree.
#include <libmp/exceptions.hpp>
#include <libmp/listener.hpp>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "os/child.hpp"
#include "os/detached.hpp"
#include "report/inspector_place.hpp"
#include "report/reporter.hpp"

namespace mp::proc {
namespace {

constexpr char kHelperName[] = "mp-helper";
constexpr char kTreeVariable[] = "MP_HELPER_TREE";
constexpr char kAddressVariable[] = "MP_HELPER_ADDRESS";

void report_tree(const char* tree_dir, const char* address) {
  try {
    Connection inspector =
        Client(report::inspector_address(address),
               {.authkey = report::inspector_key(), .handshake_timeout = std::chrono::seconds(5)});
    report::Reporter(report::TreeReader(tree_dir), std::move(inspector)).run();
  } catch (const std::exception& error) {
    std::fprintf(stderr,
                 "libmp: nothing is reported to an inspector: %s\n"
                 "libmp: start mp-inspector first, or unset MP_INSPECT; the program itself runs on\n",
                 error.what());
    // Nobody watches after all: what has ended by now is cleared away, what lives clears up after itself.
    (void)report::TreeReader(tree_dir).poll();
  }
}

// Runs before main() in every program that links libmp, and returns at once unless it is the helper that was started.
[[gnu::constructor]] void become_helper_if_asked(int argc, char** argv, char** /*environment*/) {
  if (argc != 1 || argv == nullptr || argv[0] == nullptr || std::strcmp(argv[0], kHelperName) != 0) return;
  const char* tree = std::getenv(kTreeVariable);
  const char* address = std::getenv(kAddressVariable);
  if (tree == nullptr || address == nullptr) return;
  const std::string tree_dir = tree;
  const std::string place = address;
  // The helper is no participant: it has no live file of its own, and nobody to report it.
  ::setenv("MP_INSPECT", "0", 1);
  report_tree(tree_dir.c_str(), place.c_str());
  os::exit_now(0);
}

}  // namespace
}  // namespace mp::proc

// Called by the root of a tree at its first fact, if MP_INSPECT asks for a report.
extern "C" bool mp_start_helper(const char* tree_dir, const char* address) noexcept {
  using namespace mp::proc;
  try {
    const std::string tree = std::string(kTreeVariable) + "=" + tree_dir;
    const std::string place = std::string(kAddressVariable) + "=" + address;
    if (mp::os::run_self_detached({kHelperName}, {tree, place})) return true;
  } catch (...) {
    // Out of memory: the program runs on unreported.
  }
  std::fputs("libmp: the helper process cannot be started; nothing is reported to the inspector\n", stderr);
  return false;
}
