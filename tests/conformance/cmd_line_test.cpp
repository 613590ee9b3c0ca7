// CPython's test_multiprocessing_main_handling: the children of a program find its functions,
// however it was started and wherever they are. There the work is done by a Pool.
#include "by_method.hpp"
#include "support/child_scope.hpp"
#include "support/temp_dir.hpp"

#include <filesystem>
#include <string>

namespace {

namespace fs = std::filesystem;

using conformance::kAll;
using conformance::name_of;

class MultiProcessingCmdLineTests : public testing::TestWithParam<std::string> {
 protected:
  static void expect_squares(const std::string& program) {
    const support::ChildEnd end = support::run_command({program, GetParam()});
    EXPECT_TRUE(end.ok()) << end.text();
    EXPECT_EQ(end.output, GetParam() + " -> [1, 4, 9]\n");
  }
};
INSTANTIATE_TEST_SUITE_P(Methods, MultiProcessingCmdLineTests, kAll, name_of);

TEST_P(MultiProcessingCmdLineTests, test_basic_script) { expect_squares(SQUARING_PROGRAM); }

TEST_P(MultiProcessingCmdLineTests, test_basic_script_no_suffix) {
  const support::TempDir dir;
  const fs::path linked = fs::path(dir.path()) / "linked";
  fs::create_symlink(SQUARING_PROGRAM, linked);
  expect_squares(linked);
  const fs::path renamed = fs::path(dir.path()) / "re named";
  fs::copy_file(SQUARING_PROGRAM, renamed);
  expect_squares(renamed);
}

TEST_P(MultiProcessingCmdLineTests, test_module_in_package) {
  expect_squares(SQUARING_WITH_LIBRARY);
}

}  // namespace
