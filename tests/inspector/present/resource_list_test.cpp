// The screen of shared memory, and what leads there.
#include "inspector/present/scene.hpp"
#include "present/evidence.hpp"

#include <csignal>

#include <gmock/gmock.h>

namespace inspector::present {
namespace {

using support::EventBuilder;
using Kind = mp::wire::ObjectKind;
using testing::ElementsAre;
using namespace std::chrono_literals;

// A block in use, one that is unlinked, one that a killed worker left, and one that is gone.
struct Memory : Scene {
  EventBuilder::Puid root = builder.root();
  EventBuilder::Thing frames =
      builder.make(root, Kind::SharedMemory, "frames", 2'000'000, "a.cpp:1");
  EventBuilder::Thing weights = builder.make(root, Kind::Array, "weights", 500'000, "a.cpp:2");
  EventBuilder::Puid worker = builder.fork(root, "Worker-1");
  EventBuilder::Thing scratch =
      builder.make(worker, Kind::SharedMemory, "scratch", 4096, "b.cpp:7");
  EventBuilder::Thing note = builder.make(root, Kind::ShareableList, "note", 64, "a.cpp:3");

  Memory() {
    builder.unlinked(root, frames);
    builder.retire(root, note);
    builder.unlinked(root, note);
    builder.gone(worker, -SIGKILL);
    builder.after(3s).tick();
    fold();
  }
  [[nodiscard]] ResourceListVm list() const { return build_resource_list(model, facts, view); }
};

std::vector<std::string> names(const ResourceListVm& vm) {
  std::vector<std::string> all;
  for (const ResourceRow& row : vm.rows) all.push_back(row.block.label);
  return all;
}

TEST(ResourceList, LeaksComeFirstAndTheSummaryCountsWhatIsThere) {
  const Memory scene;

  const ResourceListVm vm = scene.list();

  EXPECT_EQ(vm.summary, "3 blocks · 2.5 MB · 1 leaked · 1 gone");
  EXPECT_THAT(names(vm), ElementsAre("scratch", "frames", "weights", "note"));
}

TEST(ResourceList, ARowSaysWhatItIsWhoMadeItWhereAndWhoHasIt) {
  const Memory scene;

  const ResourceListVm vm = scene.list();

  const ResourceRow& leaked = vm.rows.at(0);
  EXPECT_EQ(leaked.kind, "SharedMemory");
  EXPECT_EQ(leaked.size, "4.1 kB");
  EXPECT_EQ(leaked.creator.label, "Worker-1");
  EXPECT_EQ(leaked.site, "b.cpp:7");
  EXPECT_EQ(leaked.age, "3.0 s");
  EXPECT_TRUE(leaked.mappers.empty());
  EXPECT_EQ(leaked.state.text, "leaked");
  EXPECT_EQ(vm.rows.at(1).state.text, "unlinked, still mapped");
  EXPECT_EQ(labels(vm.rows.at(1).mappers), Strings{"MainProcess"});
  EXPECT_EQ(vm.rows.at(2).state.text, "in use");
  EXPECT_TRUE(vm.rows.at(3).gone);
}

TEST(ResourceList, IsFilteredAndSorted) {
  Memory scene;
  scene.view.sorts[Screen::Resources] = {static_cast<int>(ResourceColumn::Size), true};
  EXPECT_THAT(names(scene.list()), ElementsAre("frames", "weights", "scratch", "note"));

  scene.view.sorts[Screen::Resources] = {static_cast<int>(ResourceColumn::Kind), false};
  EXPECT_THAT(names(scene.list()), ElementsAre("weights", "note", "frames", "scratch"));

  scene.view.filters[Screen::Resources] = "sharedmemory worker";
  EXPECT_THAT(names(scene.list()), ElementsAre("scratch"));

  scene.view.filters[Screen::Resources] = "nonsense";
  EXPECT_EQ(scene.list().empty.title, "Nothing matches");
}

TEST(ResourceList, WithoutSharedMemoryItSaysSo) {
  Scene scene;
  scene.builder.root();
  scene.fold();

  EXPECT_EQ(build_resource_list(scene.model, scene.facts, scene.view).empty.title,
            "No shared memory");
}

TEST(ResourceList, ABlockOpensHereAndInTheDetailPanel) {
  Memory scene;
  scene.view.screen = Screen::Overview;
  apply(Open{scene.object("frames")}, scene.view, 0);

  EXPECT_EQ(scene.view.screen, Screen::Resources);
  const DetailVm vm = build_detail(scene.model, scene.facts, scene.view);
  EXPECT_EQ(vm.kind, "SharedMemory");
  EXPECT_EQ(text_of(vm.state), "Still mapped by 1 process; unlinked 3.0 s ago by MainProcess.");
  EXPECT_EQ(vm.facts.front().value, "2.0 MB");
  ASSERT_FALSE(vm.relations.empty());
  EXPECT_EQ(vm.relations.front().label, "mapped by");
}

TEST(ResourceList, AProcessSaysWhatItHasMapped) {
  Memory scene;
  scene.view.selection = {{EntityKind::Process, scene.root}};

  const DetailVm vm = build_detail(scene.model, scene.facts, scene.view);

  const auto mapped = std::find_if(vm.relations.begin(), vm.relations.end(),
                                   [](const auto& one) { return one.label == "has mapped"; });
  ASSERT_NE(mapped, vm.relations.end());
  EXPECT_EQ(labels(mapped->chips), (Strings{"frames", "weights"}));
}

TEST(ResourceList, ALeakIsAnAlarmThatLeadsHere) {
  const Memory scene;

  const OverviewVm overview = build_overview(scene.model, scene.facts, scene.view);
  const auto card =
      std::find_if(overview.alarms.begin(), overview.alarms.end(),
                   [](const AlarmCard& one) { return one.title == "Shared memory leaked"; });
  ASSERT_NE(card, overview.alarms.end());
  EXPECT_EQ(card->action, "Show the block");
  for (const auto& finding : scene.log.findings()) {
    if (finding.rule == "leak") {
      EXPECT_EQ(evidence_of(finding, false).screen, Screen::Resources);
    }
  }
}

}  // namespace
}  // namespace inspector::present
