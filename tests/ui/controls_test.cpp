// Time, keys, palette, notices: what lies around the screens.
#include "harness.hpp"
#include "sample_parts.hpp"

#include <gtest/gtest.h>

namespace uitest {
namespace {

using namespace inspector::present;  // NOLINT(google-build-using-namespace)

TEST(Time, PauseStaysAtTheNewestMoment) {
  Harness window(deadlock());

  window.click("strip/pause");

  EXPECT_NE(window.sent<Pause>(), nullptr);
  EXPECT_EQ(window.scene.view.mode, Mode::Paused);
  EXPECT_EQ(window.scene.view.cursor, 192'000'000'000);
}

TEST(Time, ADragOnTheStripScrubs) {
  Harness window(deadlock());

  window.drag("strip/time", 0.9F, 0.5F);

  EXPECT_EQ(window.scene.view.mode, Mode::Paused);
  EXPECT_NEAR(static_cast<double>(window.scene.view.cursor), 96e9, 2e9);
  int seeks = 0;
  for (const Command& command : window.commands)
    seeks += std::holds_alternative<Seek>(command) ? 1 : 0;
  EXPECT_GE(seeks, 5) << "every panel follows while the mouse moves, not only at the end";
}

// A human's click lasts many frames.
TEST(Time, APressThatLastsIsAClickAllTheSame) {
  Harness window(in_the_past());
  window.hover("strip/live");

  window.point(ImGui::GetIO().MousePos, true);
  window.frames(12);
  window.point(ImGui::GetIO().MousePos, false);
  window.frames();

  EXPECT_NE(window.sent<BackToLive>(), nullptr);
}

TEST(Time, TheMouseHeldStillSeeksOnce) {
  Harness window(deadlock());
  window.hover("strip/time");
  window.forget();

  window.point(ImGui::GetIO().MousePos, true);
  window.frames(20);
  window.point(ImGui::GetIO().MousePos, false);
  window.frames();

  int seeks = 0;
  for (const Command& command : window.commands)
    seeks += std::holds_alternative<Seek>(command) ? 1 : 0;
  EXPECT_EQ(seeks, 1);
}

TEST(Time, InThePastTheWayBackIsOneClick) {
  Harness window(in_the_past());

  EXPECT_EQ(window.text("strip/note"), "viewing 12.4 s ago");
  EXPECT_EQ(window.text("top/mode"), "PAUSED");
  window.click("strip/live");

  EXPECT_NE(window.sent<BackToLive>(), nullptr);
  EXPECT_EQ(window.scene.view.mode, Mode::Live);
}

TEST(Time, AnAlarmTickShowsItsEvidence) {
  Harness window(deadlock());

  window.click("strip/time/alarm/2");

  ASSERT_NE(window.sent<ShowEvidence>(), nullptr);
  EXPECT_EQ(window.sent<ShowEvidence>()->alarm, alarm(1));
}

TEST(Time, ASourceThatCannotSeekIsNotAsked) {
  Scene scene = deadlock();
  scene.vms.time_strip.can_seek = false;
  Harness window(std::move(scene));

  window.click("strip/back");
  window.click("strip/time");
  window.key("[");

  EXPECT_EQ(window.sent<Step>(), nullptr);
  EXPECT_EQ(window.sent<Seek>(), nullptr);
}

TEST(Time, SpeedIsChosenFromAList) {
  Harness window(deadlock());

  window.click("strip/speed");
  window.click("strip/speed/4x");

  ASSERT_NE(window.sent<SetSpeed>(), nullptr);
  EXPECT_EQ(window.sent<SetSpeed>()->speed, 4);
}

TEST(TopBar, RecordsAndStops) {
  Harness window(deadlock());
  window.click("top/record");
  EXPECT_NE(window.sent<StartRecording>(), nullptr);

  window.scene.vms.top_bar.recording = true;
  window.scene.vms.top_bar.recording_text = "00:00:01";
  window.frames();
  window.click("top/stop");
  EXPECT_NE(window.sent<StopRecording>(), nullptr);
}

TEST(TopBar, TheLevelIsChosenFromAListThatSaysWhatItCosts) {
  Harness window(deadlock());

  window.click("top/level");
  EXPECT_EQ(window.text("top/level/full"), "every acquire and release as well");
  window.click("top/level/full");

  ASSERT_NE(window.sent<SetLevel>(), nullptr);
  EXPECT_EQ(window.sent<SetLevel>()->level, 3);
}

TEST(TopBar, SwitchesColoursAndTheDetailPanel) {
  Harness window(deadlock());

  window.click("top/theme");
  EXPECT_EQ(window.scene.view.theme, Theme::Light);
  window.click("top/detail");
  EXPECT_FALSE(window.has("region/detail"));
  window.click("top/detail");
  EXPECT_TRUE(window.has("region/detail"));
}

TEST(Keys, ReachEveryScreenAndTheTransport) {
  Harness window(deadlock());

  window.key("2");
  EXPECT_EQ(window.scene.view.screen, Screen::Processes);
  window.key("Ctrl+O");
  EXPECT_EQ(window.scene.view.screen, Screen::Sessions);
  window.key("1");
  EXPECT_EQ(window.scene.view.screen, Screen::Overview);
  window.key("Space");
  EXPECT_EQ(window.scene.view.mode, Mode::Paused);
  window.key("End");
  EXPECT_EQ(window.scene.view.mode, Mode::Live);
  window.key("]");
  ASSERT_NE(window.sent<Step>(), nullptr);
  EXPECT_EQ(window.sent<Step>()->unit, StepUnit::Alarm);
  window.key("F12");
  EXPECT_NE(window.sent<TakePicture>(), nullptr);
}

TEST(Keys, ArrowsWalkTheList) {
  Scene scene = deadlock();
  scene.view.screen = Screen::Processes;
  scene.view.selection = {process(2)};
  Harness window(std::move(scene));

  window.key("DownArrow");
  EXPECT_EQ(window.scene.view.focus(), process(3));
  window.key("UpArrow");
  window.key("UpArrow");
  EXPECT_EQ(window.scene.view.focus(), process(1));
}

TEST(Keys, AltArrowsGoBackToWhatWasSelected) {
  Scene scene = deadlock();
  scene.view.screen = Screen::Processes;
  scene.view.selection = {};
  Harness window(std::move(scene));

  window.click("processes/worker-3/state");
  window.click("processes/worker-5/state");
  window.key("Alt+LeftArrow");
  EXPECT_EQ(window.scene.view.focus(), process(5));
  window.key("Alt+RightArrow");
  EXPECT_EQ(window.scene.view.focus(), process(7));
}

TEST(Keys, EscTakesTheSelectionBack) {
  Harness window(deadlock());
  window.key("Escape");
  EXPECT_FALSE(window.scene.view.focus());
}

TEST(Keys, TheListOfKeysOpensAndCloses) {
  Harness window(deadlock());

  window.key("?");
  window.frames(2);
  EXPECT_TRUE(window.has("help/title"));
  window.key("Escape");
  EXPECT_FALSE(window.has("help/title"));
}

TEST(Palette, FindsByTypingAndTakesTheFirstWithEnter) {
  Harness window(deadlock());

  window.key("Ctrl+P");
  window.frames(2);
  window.type("lock");
  EXPECT_EQ(window.scene.view.search, "lock");
  EXPECT_EQ(window.scene.view.screen, Screen::Overview) << "typed letters are no shortcuts";
  window.key("DownArrow");
  window.key("Enter");

  ASSERT_NE(window.sent<Open>(), nullptr);
  EXPECT_EQ(window.sent<Open>()->ref, lock(2));
  EXPECT_FALSE(window.has("palette/search"));
  EXPECT_EQ(window.scene.view.search, "");
}

TEST(Palette, AClickOutsideClosesIt) {
  Harness window(deadlock());
  window.click("top/search");
  window.frames(2);
  ASSERT_TRUE(window.has("palette/search"));

  window.point(ImVec2(20, 700), false);
  window.frames(2);
  window.point(ImVec2(20, 700), true);
  window.frames();
  window.point(ImVec2(20, 700), false);
  window.frames(2);

  EXPECT_FALSE(window.has("palette/search"));
}

TEST(Notices, SayWhatHappenedUntilDismissed) {
  Harness window(in_the_past());
  window.frames(3);

  EXPECT_EQ(window.text("notice/2"), "notes.mpr is not a recording: it does not begin like one.");
  window.click("notice/2/dismiss");

  ASSERT_NE(window.sent<DismissNotice>(), nullptr);
  EXPECT_EQ(window.sent<DismissNotice>()->id, 2U);
}

TEST(Tooltips, SpeakInOneGrammar) {
  Scene scene = deadlock();
  scene.view.screen = Screen::Locks;
  Harness window(std::move(scene));

  window.hover("locks/results_lock/chip");

  const char* const lines[] = {"lock results_lock",
                               "held by worker-5",
                               "for 12.4 s",
                               "4 211 acquisitions",
                               "p99 wait 1.2 ms",
                               "worker-3 and 1 more wait for it",
                               "click: select   double-click: open"};
  for (std::size_t i = 0; i < std::size(lines); ++i)
    EXPECT_EQ(window.text("tip/" + std::to_string(i)), lines[i]);
}

}  // namespace
}  // namespace uitest
