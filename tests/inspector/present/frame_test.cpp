#include "inspector/present/scene.hpp"
#include "present/evidence.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace inspector::present {
namespace {

using namespace std::chrono_literals;

TEST(Detail, NothingSelectedIsAnInvitation) {
  EXPECT_EQ(build_detail({}, {}, {}).empty.title, "Nothing selected");
}

TEST(Detail, NothingSelectedShowsTheSessionAndWhatHappenedLast) {
  Scene scene;
  support::deadlock_of_two(scene.builder);
  scene.fold();

  const DetailVm vm = build_detail(scene.model, scene.facts, scene.view);

  EXPECT_FALSE(vm.empty);
  EXPECT_EQ(vm.title.label, "pipeline");
  EXPECT_EQ(vm.kind, "Live session");
  ASSERT_FALSE(vm.relations.empty());
  EXPECT_EQ(labels(vm.relations[0].chips), (Strings{"MainProcess", "Worker-1", "Worker-2"}));
  EXPECT_FALSE(vm.events.empty());
}

TEST(Detail, ASelectionThatDoesNotExistAtThisMomentIsSaid) {
  ViewState view;
  view.selection = {{EntityKind::Lock, 77}};

  EXPECT_EQ(build_detail({}, {}, view).empty.title, "Not there");
}

TEST(Detail, OfABlockedProcessSaysForWhatAndWhoHasIt) {
  Scene scene;
  const auto made = support::deadlock_of_two(scene.builder);
  scene.fold();
  scene.view.selection = {{EntityKind::Process, made.left}};

  const DetailVm vm = build_detail(scene.model, scene.facts, scene.view);

  EXPECT_EQ(vm.kind, "Process");
  EXPECT_EQ(text_of(vm.state), "Waits for lock results for 10.0 s, held by Worker-2.");
  Strings relations;
  for (const auto& relation : vm.relations)
    relations.push_back(relation.label + " " + relation.chips[0].label);
  EXPECT_EQ(relations, (Strings{"holds index", "waits for results", "parent MainProcess",
                                "problem Deadlock"}));
  EXPECT_EQ(vm.plots.size(), 2u);
  ASSERT_FALSE(vm.events.empty());
  EXPECT_EQ(text_of(vm.events[0].text), "Worker-1 waits for lock results");
  ASSERT_EQ(vm.actions.size(), 2u);
  EXPECT_EQ(vm.actions[1].id, "kill");
  EXPECT_FALSE(vm.actions[1].confirm.empty());
}

TEST(Detail, OfALockSaysWhereItsHolderTookIt) {
  Scene scene;
  const auto root = scene.builder.root();
  const auto lock = scene.builder.lock(root, "index");
  scene.builder.call_site(root, 1, {.line = 41, .file = "/src/bank/transfer.cpp"});
  scene.builder.got(root, lock, 1);
  scene.builder.after(3s).tick();
  scene.fold();
  scene.view.selection = {scene.object("index")};

  const DetailVm vm = build_detail(scene.model, scene.facts, scene.view);

  EXPECT_EQ(text_of(vm.state), "Held by MainProcess for 3.0 s, taken at bank/transfer.cpp:41.");
}

TEST(Detail, OfADeadProcessTellsItsEndAndOffersNoKill) {
  Scene scene;
  const auto made = support::killed_holder(scene.builder);
  scene.fold();
  scene.view.selection = {{EntityKind::Process, made.victim}};

  const DetailVm vm = build_detail(scene.model, scene.facts, scene.view);

  EXPECT_EQ(text_of(vm.state),
            "Was killed by SIGKILL from MainProcess while it held lock index and was doing "
            "“compressing a.txt”, "
            "21 ms ago.");
  EXPECT_TRUE(vm.actions.empty());
  EXPECT_EQ(vm.events_note, "everything up to its death");
}

TEST(Detail, OfAProcessTellsWhatItsForksLeftBehind) {
  Scene scene;
  const auto root = scene.builder.root();
  scene.builder.fork_risk(root, {.threads = 2, .locks = 1, .locks_named = "ledger"});
  const auto child = scene.builder.fork(root, "Worker-1");
  const auto other = scene.builder.fork(root, "Worker-2");
  scene.fold();
  const auto told = [&](std::uint64_t puid) {
    scene.view.selection = {{EntityKind::Process, puid}};
    const DetailVm vm = build_detail(scene.model, scene.facts, scene.view);
    Strings all;
    for (const Field& field : vm.provenance) {
      if (field.label.starts_with("fork: ") || field.label == "risky fork")
        all.push_back(field.label + ": " + field.value);
    }
    for (const auto& relation : vm.relations) {
      if (relation.label == "worth knowing") all.push_back(relation.chips.at(0).label);
    }
    return all;
  };

  EXPECT_EQ(told(root),
            (Strings{"risky fork: Worker-1, while 2 other threads ran and lock ledger was held",
                     "Risky fork"}));
  EXPECT_EQ(told(child), (Strings{"fork: threads: 2", "fork: locks: ledger", "Risky fork"}));
  EXPECT_EQ(told(other), Strings{});
}

TEST(Detail, OfALockNamesHolderAndPlaceOfBirth) {
  Scene scene;
  support::deadlock_of_two(scene.builder);
  scene.fold();
  scene.view.selection = {scene.object("index")};

  const DetailVm vm = build_detail(scene.model, scene.facts, scene.view);

  EXPECT_EQ(vm.kind, "Lock");
  EXPECT_EQ(text_of(vm.state), "Held by Worker-1 for 10.0 s; 1 waits for it.");
  const auto at = std::find_if(vm.provenance.begin(), vm.provenance.end(),
                               [](const Field& f) { return f.label == "at"; });
  ASSERT_NE(at, vm.provenance.end());
  EXPECT_EQ(at->value, "pipeline.cpp:41");
}

TEST(Detail, OfAQueueTellsWhichSideIsSlow) {
  Scene scene;
  support::slow_consumer(scene.builder);
  scene.fold();
  scene.view.selection = {scene.object("jobs")};

  const DetailVm vm = build_detail(scene.model, scene.facts, scene.view);

  EXPECT_EQ(text_of(vm.state), "Consumers too slow: 10 /s in, 10 /s out; Producer waits for room.");
  EXPECT_EQ(vm.plots.size(), 2u);
}

TEST(Detail, OfAnAlarmHasEvidenceAndAdvice) {
  Scene scene;
  support::deadlock_of_two(scene.builder);
  scene.fold();
  scene.view.selection = {build_overview(scene.model, scene.facts, scene.view).alarms.at(0).alarm};

  const DetailVm vm = build_detail(scene.model, scene.facts, scene.view);

  EXPECT_EQ(vm.kind, "Alarm");
  ASSERT_EQ(vm.relations.size(), 1u);
  EXPECT_EQ(labels(vm.relations[0].chips), (Strings{"Worker-1", "Worker-2", "index", "results"}));
  EXPECT_EQ(vm.advice, "Take these locks in the same order everywhere.");
}

TEST(Evidence, OfWhatIsStillTrueIsSeenNow) {
  analysis::Finding deadlock{.rule = "deadlock", .since_ns = 2'000'000'000};

  const Evidence evidence = evidence_of(deadlock, false);

  EXPECT_EQ(evidence.screen, Screen::Locks);
  EXPECT_TRUE(evidence.graph);
  EXPECT_FALSE(evidence.moment);
}

TEST(Evidence, OfWhatIsOverIsSeenWhereItWasTrueLast) {
  analysis::Finding full{
      .rule = "queue-full", .since_ns = 2'000'000'000, .until_ns = 9'000'000'000};

  EXPECT_EQ(evidence_of(full, false).screen, Screen::Queues);
  EXPECT_EQ(evidence_of(full, false).moment, 9'000'000'000);
  EXPECT_EQ(evidence_of(full, true).moment, 2'500'000'000) << "its mark on the strip";
}

TEST(Evidence, OfADeathGoesToItsTimeOnlyFromItsMark) {
  analysis::Finding death{.rule = "worker-died", .since_ns = 2'000'000'000};

  EXPECT_EQ(evidence_of(death, false).screen, Screen::Processes);
  EXPECT_FALSE(evidence_of(death, false).moment);
  EXPECT_EQ(evidence_of(death, true).moment, 2'500'000'000);
}

TEST(TimeStrip, MarksStandWhereTheTroubleBegan) {
  Scene scene;
  const auto made = support::deadlock_of_two(scene.builder);
  scene.builder.mark(made.root, "halfway");
  scene.fold();

  const TimeStripVm vm = build_time_strip(scene.model, scene.facts, scene.view, 100);

  EXPECT_EQ(vm.density.size(), 100u);
  EXPECT_FLOAT_EQ(*std::max_element(vm.density.begin(), vm.density.end()), 1);
  ASSERT_EQ(vm.marks.size(), 2u);
  EXPECT_LT(vm.marks[0].at, 0.01f);
  EXPECT_EQ(vm.marks[0].tone, Tone::Alarm);
  EXPECT_EQ(vm.marks[1].tip.what, "halfway");
  EXPECT_FLOAT_EQ(vm.playhead, 1);
  EXPECT_FALSE(vm.past);
}

TEST(TimeStrip, ThePastIsSaidAndTheWholeSessionStaysInSight) {
  Scene scene;
  support::deadlock_of_two(scene.builder);
  model::Model before;
  before.apply(scene.builder.batch());
  scene.builder.after(5s).tick();
  scene.fold();
  scene.view.mode = Mode::Paused;
  scene.view.cursor = static_cast<Moment>(before.now_ns());

  const TimeStripVm vm = build_time_strip(before, scene.facts, scene.view, 100);

  EXPECT_TRUE(vm.past);
  EXPECT_EQ(vm.past_text, "viewing 5.0 s ago");
  EXPECT_NEAR(vm.playhead, 10.0 / 15.0, 0.01);
  EXPECT_EQ(vm.window.end, scene.facts.now);
}

TEST(TopBar, CountsProblemsAndShowsTheMode) {
  Scene scene;
  support::deadlock_of_two(scene.builder);
  scene.fold();

  const TopBarVm vm = build_top_bar(scene.model, scene.facts, scene.view);

  EXPECT_EQ(vm.session, "pipeline");
  EXPECT_EQ(vm.mode_text, "LIVE");
  EXPECT_EQ(vm.clock, "00:00:10.0");
  EXPECT_EQ(vm.alarms, 1u);
  EXPECT_EQ(vm.alarms_tone, Tone::Alarm);
}

TEST(TopBar, ASessionThatHasEndedSaysSo) {
  Scene scene;
  support::killed_holder(scene.builder);
  scene.fold();
  scene.facts.can_follow = false;
  scene.facts.origin = "/home/ada/pipeline";

  const TopBarVm vm = build_top_bar(scene.model, scene.facts, scene.view);

  EXPECT_EQ(vm.mode_text, "ENDED");
  EXPECT_FALSE(vm.live);
  EXPECT_EQ(vm.origin, "/home/ada") << "the folder: the name stands before it";
  scene.facts.origin = scene.facts.name;
  EXPECT_EQ(build_top_bar(scene.model, scene.facts, scene.view).origin, "")
      << "of the working directory: its name only";
  EXPECT_EQ(vm.facts[0].value + " " + vm.facts[0].label, "3 processes, all ended");
  EXPECT_FALSE(build_time_strip(scene.model, scene.facts, scene.view, 100).playing);
}

TEST(Rail, BadgesStandWhereTheTroubleIs) {
  Scene scene;
  support::deadlock_of_two(scene.builder);
  scene.fold();

  const RailVm vm = build_rail(scene.model, scene.facts, scene.view);

  Strings badges;
  for (const auto& item : vm.items) badges.push_back(item.name + " " + item.badge.text);
  EXPECT_EQ(badges, (Strings{"Overview 1", "Processes ", "Queues ", "Locks 1", "Resources ",
                             "Connections ", "Sessions "}));
}

TEST(Palette, FindsActionsAndEntitiesBestFirst) {
  Scene scene;
  support::deadlock_of_two(scene.builder);
  scene.fold();
  scene.view.search = "work";

  const PaletteVm vm = build_palette(scene.model, scene.facts, scene.view);

  ASSERT_GE(vm.items.size(), 2u);
  EXPECT_EQ(vm.items[0].label, "Worker-1");
  EXPECT_EQ(vm.items[0].note, "process 1001 · waits for lock results");
  EXPECT_TRUE(std::holds_alternative<Open>(vm.items[0].command));
}

TEST(Palette, IsNeverLongerThanTwelve) {
  Scene scene;
  const auto root = scene.builder.root();
  for (int i = 0; i < 40; ++i) scene.builder.fork(root, "Worker-" + std::to_string(i));
  scene.fold();

  EXPECT_EQ(build_palette(scene.model, scene.facts, scene.view).items.size(), 12u);
}

TEST(Sessions, RowsAreSentences) {
  MachineFacts machine;
  machine.running.push_back({7, 4711, "crunch", "crunch --all", 180'000'000'000, 41, 3, false, ""});
  machine.recoverable.push_back({"/x", "crunch", 41, 180'000'000'000});

  const SessionsVm vm = build_sessions(machine, {}, {});

  ASSERT_EQ(vm.running.size(), 1u);
  EXPECT_EQ(vm.running[0].age, "started 3 min ago");
  EXPECT_EQ(vm.running[0].state, "41 processes, 3 threads waiting");
  EXPECT_EQ(vm.recoverable[0].text, "crunch (41 processes), last alive 3 min ago");
  EXPECT_EQ(vm.note, "nothing connected yet");
}

TEST(Sessions, OfManyDeadProgramsTheLatestFewAreNamed) {
  MachineFacts machine;
  for (int i = 0; i < 76; ++i) machine.recoverable.push_back({"/x", "crunch", 1, i});

  const SessionsVm vm = build_sessions(machine, {}, {});

  EXPECT_EQ(vm.recoverable.size(), 5u);
  EXPECT_EQ(vm.recoverable_more, "and 71 that died before");
}

// Whatever happens, building never fails, and it says the same twice.
TEST(Vms, AreTheSameForTheSameModel) {
  Scene scene;
  support::killed_holder(scene.builder);
  scene.fold();
  for (const Screen screen : {Screen::Sessions, Screen::Overview, Screen::Processes, Screen::Queues,
                              Screen::Locks, Screen::Resources, Screen::Connections}) {
    scene.view.screen = screen;
    scene.view.locks_view = LocksView::Graph;
    scene.view.queues_view = QueuesView::Flow;
    Vms first;
    Vms second;
    build_visible(scene.model, scene.facts, {}, scene.view, first);
    build_visible(scene.model, scene.facts, {}, scene.view, second);
    EXPECT_EQ(text_of(first.overview.verdict), text_of(second.overview.verdict));
    EXPECT_EQ(first.time_strip.density, second.time_strip.density);
    EXPECT_EQ(first.wait_graph.nodes.size(), second.wait_graph.nodes.size());
  }
}

}  // namespace
}  // namespace inspector::present
