// Each screen shows what its view-model says, and a click becomes the right command.
#include "harness.hpp"
#include "sample_parts.hpp"

#include <gtest/gtest.h>

namespace uitest {
namespace {

using namespace inspector::present;  // NOLINT(google-build-using-namespace)

TEST(Rail, ClicksGoToTheScreens) {
  Harness window(deadlock());

  window.click("nav/processes");
  EXPECT_EQ(window.scene.view.screen, Screen::Processes);
  window.click("nav/queues");
  EXPECT_EQ(window.scene.view.screen, Screen::Queues);
  window.click("nav/locks");
  EXPECT_EQ(window.scene.view.screen, Screen::Locks);
  window.click("nav/resources");
  EXPECT_EQ(window.scene.view.screen, Screen::Resources);
  window.click("nav/connections");
  EXPECT_EQ(window.scene.view.screen, Screen::Connections);
  window.click("nav/sessions");
  EXPECT_EQ(window.scene.view.screen, Screen::Sessions);
  window.click("nav/overview");
  EXPECT_EQ(window.scene.view.screen, Screen::Overview);
}

TEST(Overview, SaysTheVerdictInOneSentence) {
  Harness window(deadlock());

  EXPECT_EQ(window.text("overview/verdict"),
            "3 problems: a deadlock of 2 workers since 12.4 s, 1 worker was killed, the queue jobs "
            "is full.");
  EXPECT_EQ(window.text("overview/alarm/Deadlock/sentence"), plain_deadlock());
}

TEST(Overview, OneClickFromTheVerdictToTheEvidence) {
  Harness window(deadlock());

  window.click("overview/alarm/Deadlock/show");

  ASSERT_NE(window.sent<ShowEvidence>(), nullptr);
  EXPECT_EQ(window.sent<ShowEvidence>()->alarm, alarm(1));
}

TEST(Overview, AChipInASentenceSelectsItsEntity) {
  Harness window(deadlock());

  window.click("overview/alarm/Deadlock/sentence/worker-5");

  EXPECT_EQ(window.scene.view.focus(), process(7));
}

TEST(Overview, AQueueLineOpensTheQueue) {
  Harness window(healthy(), 1440, 900);

  window.click("overview/queue/results/verdict");

  EXPECT_EQ(window.scene.view.screen, Screen::Queues);
  EXPECT_EQ(window.scene.view.focus(), queue(2));
}

TEST(Overview, InASmallWindowTheNumbersStandApart) {
  Harness window(deadlock(), 900, 600);

  const auto& registry = window.ui.registry();
  std::vector<const inspector::ui::Registry::Entry*> facts;
  for (std::size_t i = 0; i < registry.size(); ++i) {
    if (registry[i].path.starts_with("overview/facts/")) facts.push_back(&registry[i]);
  }
  ASSERT_GE(facts.size(), 4U);
  for (const auto* a : facts) {
    for (const auto* b : facts) {
      const bool apart = a == b || a->high.x <= b->low.x || b->high.x <= a->low.x ||
                         a->high.y <= b->low.y || b->high.y <= a->low.y;
      EXPECT_TRUE(apart) << a->path << " lies on " << b->path;
    }
  }
}

TEST(Overview, WithoutProblemsTellsWhatWasChecked) {
  Harness window(healthy());

  EXPECT_EQ(window.text("overview/verdict"), "No problems seen in 00:03:12.");
  EXPECT_TRUE(window.has("overview/checks"));
  EXPECT_FALSE(window.has("top/alarms"));
}

TEST(Processes, ShowStateWaitAndHoldsOfEachRow) {
  Scene scene = deadlock();
  scene.view.screen = Screen::Processes;
  Harness window(std::move(scene));

  EXPECT_EQ(window.text("processes/worker-3/state"), "blocked");
  EXPECT_EQ(window.text("processes/worker-3/waiting_for"), "results_lock");
  EXPECT_EQ(window.text("processes/worker-3/holds/index_lock"), "index_lock");
}

TEST(Processes, TheDeadStayWithTheirCause) {
  Scene scene = deadlock();
  scene.view.screen = Screen::Processes;
  scene.view.detail_open = false;
  Harness window(std::move(scene));

  EXPECT_EQ(window.text("processes/worker-6/exit"), "SIGKILL, not by us");
}

TEST(Processes, ARowSelectsOnClickAndTheChipInItWins) {
  Scene scene = deadlock();
  scene.view.screen = Screen::Processes;
  Harness window(std::move(scene));

  window.click("processes/worker-3/state");
  EXPECT_EQ(window.scene.view.focus(), process(5));
  window.click("processes/worker-3/waiting_for");
  EXPECT_EQ(window.scene.view.focus(), lock(2));
}

TEST(Processes, CtrlClickAddsToTheSelection) {
  Scene scene = deadlock();
  scene.view.screen = Screen::Processes;
  scene.view.selection = {};
  Harness window(std::move(scene));

  window.click("processes/worker-3/state");
  window.ctrl_click("processes/worker-5/state");

  EXPECT_EQ(window.scene.view.selection, (std::vector<EntityRef>{process(5), process(7)}));
}

TEST(Processes, TheTriangleFoldsAndUnfolds) {
  Scene scene = deadlock();
  scene.view.screen = Screen::Processes;
  Harness window(std::move(scene));

  window.click("processes/pipeline/fold");

  ASSERT_NE(window.sent<SetExpanded>(), nullptr);
  EXPECT_EQ(window.sent<SetExpanded>()->ref, process(1));
  EXPECT_FALSE(window.sent<SetExpanded>()->expanded);
}

TEST(Processes, AHeadingSortsAndAgainTurnsRound) {
  Scene scene = deadlock();
  scene.view.screen = Screen::Processes;
  Harness window(std::move(scene));

  window.click("processes/sort/state");
  window.scene.vms.processes.sort = window.scene.view.sort(Screen::Processes);
  window.frames();
  EXPECT_EQ(window.text("processes/sort/state"), "descending");
  window.click("processes/sort/state");

  EXPECT_EQ(window.scene.view.sort(Screen::Processes),
            (Sort{static_cast<int>(ProcessColumn::State), false}));
}

TEST(Processes, TypingIntoTheFieldFilters) {
  Scene scene = deadlock();
  scene.view.screen = Screen::Processes;
  Harness window(std::move(scene));

  window.click("processes/filter");
  window.type("work 2");

  EXPECT_EQ(window.scene.view.filter(Screen::Processes), "work 2");
  EXPECT_EQ(window.scene.view.screen, Screen::Processes) << "keys of a text field are no shortcuts";
}

TEST(Processes, ManyRowsDrawOnlyWhatIsInSight) {
  Scene scene = crowded(5000);
  scene.view.screen = Screen::Processes;
  Harness window(std::move(scene));

  EXPECT_TRUE(window.has("processes/worker-3"));
  EXPECT_FALSE(window.has("processes/image-resize-and-watermark-worker-4000"));
  window.wheel("processes/worker-3", -5000);
  EXPECT_TRUE(window.has("processes/image-resize-and-watermark-worker-4999"));
}

TEST(Queues, ShowDepthRatesAndWhoIsStuck) {
  Scene scene = deadlock();
  scene.view.screen = Screen::Queues;
  scene.view.detail_open = false;
  Harness window(std::move(scene));

  EXPECT_EQ(window.text("queues/jobs/depth"), "64");
  EXPECT_EQ(window.text("queues/jobs/in"), "210 /s");
  EXPECT_EQ(window.text("queues/jobs/producers/scanner"), "scanner");
  EXPECT_EQ(window.text("queues/jobs/verdict"), "consumers too slow");
}

TEST(Queues, TheFlowGraphShowsWhoFeedsWhom) {
  Scene scene = deadlock();
  scene.view.screen = Screen::Queues;
  Harness window(std::move(scene));

  window.click("queues/view/Flow");
  window.frames(30);

  EXPECT_EQ(window.scene.view.queues_view, QueuesView::Flow);
  for (const char* node : {"queues/flow/MainProcess", "queues/flow/jobs",
                           "queues/flow/24 processes", "queues/flow/results"}) {
    EXPECT_TRUE(window.has(node)) << node;
  }
  window.click("queues/flow/jobs");
  EXPECT_EQ(window.scene.view.focus(), queue(1));
  window.click("queues/view/Table");
  window.frames(2);
  EXPECT_TRUE(window.has("queues/jobs/depth"));
}

TEST(Queues, TheMessagesShowWhereEachItemWent) {
  Scene scene = deadlock();
  scene.view.screen = Screen::Queues;
  Harness window(std::move(scene));

  window.click("queues/view/Messages");
  window.frames(3);

  EXPECT_EQ(window.scene.view.queues_view, QueuesView::Messages);
  EXPECT_TRUE(window.has("queues/messages/from/scanner"));
  EXPECT_TRUE(window.has("queues/messages/to/worker-1"));
  const MessageRow& newest = window.scene.vms.messages.rows.front();
  EXPECT_EQ(window.text("queues/messages/" + newest.name + "/taken"), "in the queue");
  window.click("queues/messages/" + newest.name + "/stayed");
  EXPECT_EQ(window.scene.view.focus(), newest.ref);
}

TEST(Queues, TheKeyGoesRoundTheirViews) {
  Scene scene = deadlock();
  scene.view.screen = Screen::Queues;
  Harness window(std::move(scene));

  for (const QueuesView next : {QueuesView::Flow, QueuesView::Messages, QueuesView::Table}) {
    window.type("g");
    EXPECT_EQ(window.scene.view.queues_view, next);
  }
}

TEST(Queues, ADragOnAPlotChoosesARangeAndEscTakesItBack) {
  Scene scene = deadlock();
  scene.view.screen = Screen::Queues;
  Harness window(std::move(scene));

  window.drag("queues/depth", 0.25F, 0.75F);

  ASSERT_TRUE(window.scene.view.range.has_value());
  EXPECT_NEAR(static_cast<double>(window.scene.view.range->begin), 48e9, 2e9);
  EXPECT_NEAR(static_cast<double>(window.scene.view.range->end), 144e9, 2e9);
  EXPECT_EQ(window.scene.view.mode, Mode::Live) << "choosing a range is not scrubbing";
  window.key("Escape");
  EXPECT_FALSE(window.scene.view.range.has_value());
}

TEST(Queues, AClickOnAPlotGoesToThatMoment) {
  Scene scene = deadlock();
  scene.view.screen = Screen::Queues;
  Harness window(std::move(scene));

  window.click("queues/rates");

  EXPECT_EQ(window.scene.view.mode, Mode::Paused);
  EXPECT_NEAR(static_cast<double>(window.scene.view.cursor), 96e9, 2e9);
}

TEST(Queues, ThePlotUnderTheMouseIsProbedAndNoLongerWhenItLeaves) {
  Scene scene = deadlock();
  scene.view.screen = Screen::Queues;
  Harness window(std::move(scene));

  window.hover("queues/depth");
  ASSERT_TRUE(window.scene.view.probe.has_value());
  EXPECT_EQ(window.scene.view.probe->plot, "queues/depth");
  EXPECT_NEAR(window.scene.view.probe->fraction, 0.5, 0.02);
  window.hover("nav/overview");
  EXPECT_FALSE(window.scene.view.probe.has_value());
}

TEST(Resources, ShowSizeMakerMappersAndState) {
  Scene scene = deadlock();
  scene.view.screen = Screen::Resources;
  scene.view.detail_open = false;
  Harness window(std::move(scene));

  EXPECT_EQ(window.text("resources/psm_6e1f02aa/state"), "leaked");
  EXPECT_EQ(window.text("resources/psm_6e1f02aa/size"), "64.2 MB");
  EXPECT_EQ(window.text("resources/psm_6e1f02aa/creator"), "worker-1");
  EXPECT_EQ(window.text("resources/psm_6e1f02aa/at"), "frames.cpp:41");
  EXPECT_EQ(window.text("resources/weights/kind"), "Array");
  EXPECT_EQ(window.text("resources/weights/mappers/worker-3"), "worker-3");
  EXPECT_FALSE(window.has("resources/psm_0b51c3d8/mappers/MainProcess"));
}

TEST(Resources, AClickSelectsAndAHeadingSorts) {
  Scene scene = deadlock();
  scene.view.screen = Screen::Resources;
  Harness window(std::move(scene));

  window.click("resources/weights");
  EXPECT_EQ(window.scene.view.focus(), block(2));
  window.key("DownArrow");
  EXPECT_EQ(window.scene.view.focus(), block(3));
  window.click("resources/sort/size");
  EXPECT_EQ(window.scene.view.sort(Screen::Resources).column,
            static_cast<int>(ResourceColumn::Size));
}

TEST(Locks, ShowHolderWaitersAndVerdict) {
  Scene scene = deadlock();
  scene.view.screen = Screen::Locks;
  scene.view.detail_open = false;
  Harness window(std::move(scene));

  EXPECT_EQ(window.text("locks/results_lock/holder"), "worker-5");
  EXPECT_EQ(window.text("locks/results_lock/waiters/worker-3"), "worker-3");
  EXPECT_EQ(window.text("locks/results_lock/held for"), "12.4 s");
  EXPECT_EQ(window.text("locks/results_lock/verdict"), "deadlock");
  EXPECT_TRUE(window.has("locks/lanes/results_lock"));
}

TEST(Locks, TheWaitGraphStandsBesideItsSentence) {
  Scene scene = deadlock();
  scene.view.screen = Screen::Locks;
  Harness window(std::move(scene));

  window.click("locks/view/Wait graph");
  window.frames(30);

  EXPECT_EQ(window.scene.view.locks_view, LocksView::Graph);
  for (const char* node : {"locks/graph/worker-3", "locks/graph/results_lock",
                           "locks/graph/worker-5", "locks/graph/index_lock"}) {
    EXPECT_TRUE(window.has(node)) << node;
  }
  EXPECT_EQ(window.text("locks/story/0/text"), plain_deadlock());
  window.click("locks/graph/worker-5");
  EXPECT_EQ(window.scene.view.focus(), process(7));
}

TEST(Detail, ShowsTheSelectedAndItsRelations) {
  Harness window(deadlock(), 1440, 1000);

  EXPECT_EQ(window.text("detail/title"), "results_lock");
  EXPECT_EQ(window.text("detail/state"), "Held by worker-5 for 12.4 s; worker-3 and 1 more wait.");
  EXPECT_EQ(window.text("detail/facts/longest wait"), "12.4");
  window.click("detail/Waited for by/worker-2");
  EXPECT_EQ(window.scene.view.focus(), process(4));
}

TEST(Detail, KillingAsksFirst) {
  Scene scene = deadlock();
  scene.vms.detail.actions = {{"kill", "Kill", EndProcess{process(5), Ending::Kill}, true,
                               "Kill worker-3? It holds index_lock."}};
  Harness window(std::move(scene));

  window.click("detail/action/kill");
  EXPECT_EQ(window.sent<EndProcess>(), nullptr);
  EXPECT_EQ(window.text("confirm/text"), "Kill worker-3? It holds index_lock.");
  window.click("confirm/no");
  EXPECT_FALSE(window.has("confirm/text"));
  EXPECT_EQ(window.sent<EndProcess>(), nullptr);

  window.click("detail/action/kill");
  window.click("confirm/yes");
  ASSERT_NE(window.sent<EndProcess>(), nullptr);
  EXPECT_EQ(window.sent<EndProcess>()->how, Ending::Kill);
}

TEST(Detail, ValuesCanBeCopied) {
  Scene scene = deadlock();
  scene.vms.detail.relations.clear();
  scene.vms.detail.plots.clear();
  scene.vms.detail.events.clear();
  Harness window(std::move(scene));

  window.click("detail/provenance/at");

  EXPECT_STREQ(ImGui::GetClipboardText(), "/home/ada/src/pipeline/store.cpp:88");
}

TEST(Hover, LightsTheSameEntityUpInEveryPanel) {
  Harness window(deadlock());

  window.hover("detail/Held by/worker-5");

  EXPECT_EQ(window.ui.memory().hovered, process(7));
}

TEST(EmptyStates, TeachWhatToDo) {
  Scene scene = waiting_for_it();
  Harness window(std::move(scene));
  EXPECT_EQ(window.text("overview/empty/title"), "Nothing has come yet");
  EXPECT_EQ(window.text("overview/empty/command"), "MP_INSPECT=1 ./your_program");
  window.click("overview/empty/command/copy");
  EXPECT_STREQ(ImGui::GetClipboardText(), "MP_INSPECT=1 ./your_program");

  window.key("3");
  EXPECT_EQ(window.text("queues/empty/title"), "No queues");
  window.key("4");
  EXPECT_EQ(window.text("locks/empty/title"), "No locks");
  window.key("g");
  EXPECT_EQ(window.text("locks/graph/empty/title"), "Nobody waits");
}

TEST(Sessions, FirstLaunchShowsHowToConnect) {
  Harness window(first_launch());

  EXPECT_EQ(window.text("sessions/command"), "MP_INSPECT=1 ./your_program");
  EXPECT_EQ(window.text("sessions/note"), "Nothing connected yet.");
  EXPECT_TRUE(window.has("sessions/running/empty"));
  EXPECT_TRUE(window.has("sessions/recordings/empty"));
  EXPECT_FALSE(window.has("region/strip")) << "no time line without a session";
  window.click("sessions/command/copy");
  EXPECT_STREQ(ImGui::GetClipboardText(), "MP_INSPECT=1 ./your_program");
  window.click("sessions/demo/deadlock");
  ASSERT_NE(window.sent<OpenDemo>(), nullptr);
  EXPECT_EQ(window.sent<OpenDemo>()->id, "deadlock");
}

TEST(Sessions, AttachesOpensAndSaysWhyNot) {
  Harness window(at_home(), 1280, 900);

  window.click("sessions/running/pipeline/attach");
  ASSERT_NE(window.sent<Attach>(), nullptr);
  EXPECT_EQ(window.sent<Attach>()->running, 1U);
  window.forget();
  window.click("sessions/running/render_farm/attach");
  EXPECT_EQ(window.sent<Attach>(), nullptr);
  EXPECT_EQ(window.text("sessions/running/render_farm/state"), "belongs to user www-data");

  window.click("sessions/recording/night.mpr");
  ASSERT_NE(window.sent<OpenRecording>(), nullptr);
  EXPECT_EQ(window.sent<OpenRecording>()->path, "/home/ada/night.mpr");
  window.forget();
  window.click("sessions/recording/notes.mpr");
  EXPECT_EQ(window.sent<OpenRecording>(), nullptr) << "a text file is no recording";
  window.click("sessions/recoverable//run/user/1000/libmp/crunch");
  EXPECT_NE(window.sent<OpenRecoverable>(), nullptr);
}

}  // namespace
}  // namespace uitest
