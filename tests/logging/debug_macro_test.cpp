// Programs are compiled with -DDEBUG, and some headers have macros of these names.
#define DEBUG 1
#define ERROR "not a level"
#include <libmp/log.hpp>

#include <string_view>

#include <gtest/gtest.h>

namespace {

TEST(LogHeader, BearsAndKeepsMacrosThatAreCalledLikeLevels) {
  mp::get_logger()->set_level("DEBUG");
  EXPECT_TRUE(mp::get_logger()->is_enabled_for(10));
  mp::get_logger()->set_level(mp::NOTSET);

  EXPECT_EQ(DEBUG, 1);
  EXPECT_EQ(std::string_view(ERROR), "not a level");
}

}  // namespace
