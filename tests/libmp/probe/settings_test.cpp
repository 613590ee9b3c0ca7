#include "probe/runtime/settings.hpp"

#include <gtest/gtest.h>

namespace mp::probe {
namespace {

TEST(InspectVariable, UnsetMeansStandByAndNoReport) {
  const Settings settings = settings_from(nullptr);

  EXPECT_EQ(settings.level, Level::Standby);
  EXPECT_FALSE(settings.report);
}

TEST(InspectVariable, ZeroAndOffTurnTheProbesOff) {
  for (const char* text : {"0", "off"}) {
    EXPECT_EQ(settings_from(text).level, Level::Off) << text;
    EXPECT_FALSE(settings_from(text).report) << text;
  }
}

TEST(InspectVariable, OneReportsToTheRendezvousOfThisUser) {
  const Settings settings = settings_from("1");

  EXPECT_EQ(settings.level, Level::Normal);
  EXPECT_TRUE(settings.report);
  EXPECT_EQ(settings.address, "");
}

TEST(InspectVariable, AnythingElseIsTheInspectorsAddress) {
  const Settings settings = settings_from("localhost:7440");

  EXPECT_EQ(settings.level, Level::Normal);
  EXPECT_TRUE(settings.report);
  EXPECT_EQ(settings.address, "localhost:7440");
}

TEST(InspectVariable, TheLevelToBeginWithMayBeChosen) {
  EXPECT_EQ(settings_from("1", "3").level, Level::Full);
  EXPECT_EQ(settings_from("1", "1").level, Level::Standby);
  EXPECT_TRUE(settings_from("1", "1").report);
  EXPECT_EQ(settings_from(nullptr, "3").level, Level::Full);
  EXPECT_FALSE(settings_from(nullptr, "3").report);
  EXPECT_EQ(settings_from("0", "3").level, Level::Off);
}

TEST(InspectVariable, ALevelThatIsNoneCountsForNothingAndIsNamed) {
  for (const char* text : {"4", "0", "full", "33", "-1"}) {
    EXPECT_EQ(settings_from("1", text).level, Level::Normal) << text;
    EXPECT_TRUE(settings_from("1", text).is_level_wrong) << text;
  }
  EXPECT_FALSE(settings_from("1", "").is_level_wrong);
}

}  // namespace
}  // namespace mp::probe
