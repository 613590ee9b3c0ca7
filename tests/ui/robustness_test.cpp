// Nothing overlaps, nothing breaks under senseless input, nothing costs more than it may.
#include "harness.hpp"
#include "ui/pane_layout.hpp"

#include <array>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace uitest {
namespace {

using namespace inspector::present;  // NOLINT(google-build-using-namespace)
using Entry = inspector::ui::Registry::Entry;

struct Size {
  float width;
  float height;
};
constexpr std::array<Size, 3> kSizes = {{{1024, 640}, {1280, 720}, {1920, 1080}}};
constexpr std::array<Screen, 7> kScreens = {Screen::Sessions,   Screen::Overview, Screen::Processes,
                                            Screen::Queues,     Screen::Locks,    Screen::Resources,
                                            Screen::Connections};

bool overlap(const Entry& a, const Entry& b) {
  constexpr float kSlack = 0.5F;
  return a.low.x + kSlack < b.high.x && b.low.x + kSlack < a.high.x &&
         a.low.y + kSlack < b.high.y && b.low.y + kSlack < a.high.y;
}

// Visible entries whose names begin like this; parts of one another (a/b and a/b/c) count once.
std::vector<const Entry*> group(const Harness& window, const std::string& prefix) {
  std::vector<const Entry*> out;
  const auto& registry = window.ui.registry();
  for (std::size_t i = 0; i < registry.size(); ++i) {
    const Entry& entry = registry[i];
    if (!entry.visible || !entry.clickable || entry.path.rfind(prefix, 0) != 0) continue;
    if (!out.empty() && entry.path.rfind(out.back()->path + "/", 0) == 0) continue;
    out.push_back(&entry);
  }
  return out;
}

void expect_apart(const std::vector<const Entry*>& entries, const std::string& where) {
  for (std::size_t i = 0; i < entries.size(); ++i) {
    for (std::size_t j = i + 1; j < entries.size(); ++j) {
      EXPECT_FALSE(overlap(*entries[i], *entries[j]))
          << where << ": " << entries[i]->path << " lies over " << entries[j]->path;
    }
  }
}

TEST(PaneLayout, RegionsTileTheWindowAtAnySize) {
  for (float width = 800; width <= 2600; width += 150) {
    for (const float scale : {1.0F, 1.25F, 2.0F}) {
      const auto panes = inspector::ui::divide(width * scale, 700 * scale, scale, true, 328, true);
      EXPECT_FLOAT_EQ(panes.rail.width + panes.main.width + panes.detail.width, width * scale);
      EXPECT_GE(panes.main.width, 1);
      EXPECT_GE(panes.detail.width, inspector::ui::kLeastDetail * scale);
      EXPECT_FLOAT_EQ(
          panes.top.height + panes.main.height + panes.strip.height + panes.status.height,
          700 * scale);
    }
  }
}

TEST(Layout, NothingOverlapsAtAnySizeOnAnyScreen) {
  for (const Size size : kSizes) {
    for (Scene (*make)() : {&deadlock, &in_the_past, &at_home}) {
      Scene scene = make();
      scene.vms.notices.clear();
      Harness window(std::move(scene), size.width, size.height);
      for (const Screen screen : kScreens) {
        window.scene.view.screen = screen;
        window.frames(2);
        const std::string where = std::to_string(static_cast<int>(size.width)) + " screen " +
                                  std::to_string(static_cast<int>(screen));
        std::vector<const Entry*> regions;
        for (const char* name : {"region/top", "region/rail", "region/main", "region/detail",
                                 "region/strip", "region/status"}) {
          if (const Entry* found = window.ui.registry().find(name)) regions.push_back(found);
        }
        expect_apart(regions, where);
        for (const char* prefix :
             {"top/", "nav/", "strip/p", "strip/b", "strip/f", "strip/live", "sessions/running/",
              "sessions/recording/", "processes/sort/", "queues/sort/", "locks/sort/",
              "connections/sort/", "connections/view/", "detail/action/"}) {
          expect_apart(group(window, prefix), where);
        }
      }
    }
  }
}

TEST(Layout, LongNamesStayInsideTheWindow) {
  for (const Size size : kSizes) {
    Harness window(crowded(), size.width, size.height);
    for (const Screen screen : kScreens) {
      window.scene.view.screen = screen;
      window.frames(2);
      const auto& registry = window.ui.registry();
      for (std::size_t i = 0; i < registry.size(); ++i) {
        if (!registry[i].visible) continue;
        EXPECT_LE(registry[i].high.x, size.width + 1) << registry[i].path;
        EXPECT_GE(registry[i].low.x, -1) << registry[i].path;
      }
      expect_apart(group(window, "top/"), "crowded");
    }
  }
}

TEST(Cost, ACrowdedWindowStaysUnderTenThousandQuads) {
  for (const Screen screen : kScreens) {
    for (const LocksView locks : {LocksView::Table, LocksView::Graph}) {
      Scene scene = crowded();
      scene.view.screen = screen;
      scene.view.locks_view = locks;
      scene.vms.locks.view = locks;
      scene.view.queues_view = locks == LocksView::Graph ? QueuesView::Flow : QueuesView::Table;
      scene.vms.queues.view = scene.view.queues_view;
      Harness window(std::move(scene), 1920, 1080);
      EXPECT_LT(window.quads(), 10'000) << "screen " << static_cast<int>(screen);
    }
  }
}

TEST(Cost, ManyMessagesStayUnderTenThousandQuads) {
  Scene scene = crowded();
  scene.view.screen = Screen::Queues;
  scene.view.queues_view = scene.vms.queues.view = QueuesView::Messages;
  Harness window(std::move(scene), 1920, 1080);
  EXPECT_LT(window.quads(), 10'000);
}

TEST(Cost, AConversationStaysUnderTenThousandQuads) {
  Harness window(conversation(), 1920, 1080);
  EXPECT_LT(window.quads(), 10'000);
}

TEST(Determinism, TheSameSceneDrawsTheSameNames) {
  std::string first;
  for (int run = 0; run < 2; ++run) {
    Harness window(deadlock());
    window.frames(5);
    if (run == 0)
      first = window.ui.registry().dump();
    else
      EXPECT_EQ(window.ui.registry().dump(), first);
  }
}

// A failed IM_ASSERT inside ImGui or the panels aborts the test program: that is the failure.
void let_a_monkey_play(Scene start, unsigned seed, int frames) {
  std::mt19937 dice(seed);
  const auto roll = [&dice](int below) {
    return static_cast<int>(dice() % static_cast<unsigned>(below));
  };
  Harness window(std::move(start));
  const Vms before = window.scene.vms;
  const std::array<const char*, 16> keys = {
      "1",      "2", "3", "4", "6", "7",         "Space", "Escape",
      "Ctrl+P", "?", "g", "d", "f", "DownArrow", "Enter", "Alt+LeftArrow"};
  bool pressed = false;
  ImVec2 at(0, 0);
  for (int i = 0; i < frames; ++i) {
    if (roll(4) == 0) at = ImVec2(static_cast<float>(roll(1280)), static_cast<float>(roll(720)));
    if (roll(3) == 0) pressed = !pressed;
    if (const auto count = static_cast<int>(window.ui.registry().size()); count > 0 && roll(6) == 0)
      at = window.ui.registry()[static_cast<std::size_t>(roll(count))].center();
    window.point(at, pressed);
    ImGui::GetIO().MouseWheel = roll(10) == 0 ? static_cast<float>(roll(7) - 3) : 0.0F;
    ImGui::GetIO().KeyCtrl = roll(12) == 0;
    if (roll(25) == 0)
      window.key(keys[static_cast<std::size_t>(roll(static_cast<int>(keys.size())))]);
    if (roll(200) == 0)
      ImGui::GetIO().DisplaySize =
          ImVec2(static_cast<float>(800 + roll(1200)), static_cast<float>(520 + roll(700)));
    window.frames();
  }
  EXPECT_EQ(window.scene.vms.processes.rows.size(), before.processes.rows.size());
  EXPECT_EQ(window.ui.memory().detail_width, window.ui.memory().detail_width) << "not a number";
}

TEST(Monkey, FindsNothingToBreakInADeadlock) { let_a_monkey_play(deadlock(), 1, 4000); }
TEST(Monkey, FindsNothingToBreakInACrowd) { let_a_monkey_play(crowded(), 2, 2000); }
TEST(Monkey, FindsNothingToBreakInAConversation) { let_a_monkey_play(conversation(), 6, 2000); }
TEST(Monkey, FindsNothingToBreakAtHome) { let_a_monkey_play(at_home(), 3, 2000); }
TEST(Monkey, FindsNothingToBreakWhereNothingIs) { let_a_monkey_play(waiting_for_it(), 4, 2000); }
TEST(Monkey, FindsNothingToBreakWithoutAnyViewModel) { let_a_monkey_play(Scene{}, 5, 2000); }

}  // namespace
}  // namespace uitest
