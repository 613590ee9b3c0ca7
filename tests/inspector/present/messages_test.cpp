// The messages of a queue: single items from the put to the get.
#include "present/messages.hpp"

#include "scene.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace inspector::present {
namespace {

using namespace std::chrono_literals;

// main puts three jobs, a worker takes two of them, each 5 ms after its put.
struct Jobs {
  Scene scene;
  support::EventBuilder& builder = scene.builder;
  decltype(builder.root()) main = builder.root();
  decltype(builder.queue(main, "jobs")) jobs = builder.queue(main, "jobs");
  decltype(main) worker = builder.fork(main, "Worker-1");

  Jobs() {
    for (int i = 0; i < 2; ++i) {
      builder.after(20ms).put(main, jobs, 1000);
      builder.after(5ms).get(worker, jobs, 1000);
    }
    builder.put(main, jobs, 64);
    builder.after(30ms).tick();
  }
  MessagesVm picture() {
    scene.fold();
    return build_messages(scene.model, scene.facts, scene.view);
  }
};

std::vector<std::string> names(const MessagesVm& vm) {
  std::vector<std::string> all;
  for (const MessageRow& row : vm.rows) all.push_back(row.name);
  return all;
}

TEST(Messages, AreListedNewestFirstWithBothEnds) {
  Jobs jobs;
  const MessagesVm vm = jobs.picture();

  EXPECT_EQ(vm.shown.label, "jobs");
  ASSERT_EQ(names(vm), (Strings{"3", "2", "1"}));
  EXPECT_TRUE(vm.rows[0].waiting);
  EXPECT_EQ(vm.rows[0].got_at, "in the queue");
  EXPECT_EQ(vm.rows[0].stayed, "30 ms");
  EXPECT_EQ(vm.rows[1].from.label, "MainProcess");
  EXPECT_EQ(vm.rows[1].to.label, "Worker-1");
  EXPECT_EQ(vm.rows[1].stayed, "5.0 ms");
  EXPECT_EQ(vm.rows[1].size, "1.0 kB");
}

TEST(Messages, ArrowsLeadFromWhoPutToWhoTook) {
  Jobs jobs;
  const MessagesVm vm = jobs.picture();

  EXPECT_EQ(labels(vm.producers), (Strings{"MainProcess"}));
  EXPECT_EQ(labels(vm.consumers), (Strings{"Worker-1"}));
  ASSERT_EQ(vm.arrows.size(), 3u);
  for (const MessageArrow& arrow : vm.arrows) {
    EXPECT_GE(arrow.from, 0);
    EXPECT_LE(arrow.from, arrow.to);
    EXPECT_LE(arrow.to, 1);
  }
  EXPECT_TRUE(std::ranges::any_of(vm.arrows, &MessageArrow::waiting));
}

// "Where did message 2 go" is typed into the filter.
TEST(Messages, AreFoundByNumberOrName) {
  Jobs jobs;
  jobs.scene.view.filters[Screen::Queues] = "2";
  EXPECT_EQ(names(jobs.picture()), (Strings{"2"}));
  jobs.scene.view.filters[Screen::Queues] = "worker";
  EXPECT_EQ(names(jobs.picture()), (Strings{"2", "1"}));
  jobs.scene.view.filters[Screen::Queues] = "nobody";
  EXPECT_EQ(jobs.picture().empty.title, "Nothing matches");
}

TEST(Messages, OneThatLayThereForAnHourDoesNotSqueezeTheRest) {
  Jobs jobs;
  const auto old = jobs.builder.queue(jobs.main, "old");
  const auto worker = jobs.builder.fork(jobs.main, "Worker-2");
  jobs.builder.put(jobs.main, old);
  jobs.builder.after(3600s).put(jobs.main, old);
  for (int i = 0; i < 20; ++i) {
    jobs.builder.after(1ms).get(worker, old);
    jobs.builder.put(jobs.main, old);
  }
  jobs.scene.fold();
  jobs.scene.view.selection = {jobs.scene.object("old")};

  const MessagesVm vm = jobs.picture();

  EXPECT_EQ(vm.shown.label, "old");
  EXPECT_LT(vm.window.end - vm.window.begin, 1'000'000'000);
}

TEST(Messages, AMomentThatCannotBeDoesNotStretchThePicture) {
  Scene scene;
  const auto root = scene.builder.root();
  const auto jobs = scene.builder.queue(root, "jobs");
  for (int i = 0; i < 3; ++i) scene.builder.after(1ms).put(root, jobs);
  auto batch = scene.builder.take();
  for (auto& event : batch.events) {
    if (event.kind == mp::wire::EventKind::QueuePut && event.a == 2) event.t_ns = 1;
  }
  scene.model.apply(batch);

  const MessagesVm vm = build_messages(scene.model, scene.facts, scene.view);

  ASSERT_EQ(vm.rows.size(), 3u);
  EXPECT_LT(vm.window.end - vm.window.begin, 100'000'000);
}

TEST(Messages, AProgramAtLevelOneIsToldWhatToDo) {
  Scene scene;
  const auto root = scene.builder.root();
  const auto jobs = scene.builder.queue(root, "jobs");
  scene.builder.counters(root, jobs, {.in = 10, .out = 4, .in_number = 10, .out_number = 4});
  scene.fold();

  const MessagesVm vm = build_messages(scene.model, scene.facts, scene.view);

  EXPECT_EQ(vm.empty.title, "No message was followed");
  EXPECT_FALSE(vm.empty.command.empty());
}

TEST(Messages, ASelectedOneIsDescribed) {
  Jobs jobs;
  const MessagesVm vm = jobs.picture();
  jobs.scene.view.selection = {vm.rows[1].ref};

  const DetailVm detail = build_detail(jobs.scene.model, jobs.scene.facts, jobs.scene.view);

  EXPECT_EQ(detail.title.label, "item 2");
  EXPECT_EQ(text_of(detail.state),
            "Put into queue jobs by MainProcess, taken by Worker-1 after 5.0 ms.");
  EXPECT_EQ(detail.actions.size(), 2u);
  EXPECT_EQ(jobs.picture().shown.label, "jobs") << "its queue stays the one that is shown";
}

TEST(Messages, OneThatIsNotFollowedAnyMoreIsSaidToBeGone) {
  Jobs jobs;
  jobs.scene.fold();
  jobs.scene.view.selection = {
      message_ref({static_cast<model::ObjectId>(jobs.scene.object("jobs").id), 4711})};

  EXPECT_EQ(build_detail(jobs.scene.model, jobs.scene.facts, jobs.scene.view).empty.title,
            "Not there");
}

TEST(Queues, SayHowLongItemsStayAndWhenTheyAreFull) {
  Scene scene;
  const auto root = scene.builder.root();
  const auto jobs = scene.builder.queue(root, "jobs", 1000);
  const auto consumer = scene.builder.fork(root, "Consumer");
  for (int i = 0; i < 600; ++i) {
    scene.builder.after(10ms).put(root, jobs);
    if (i % 10 == 0) scene.builder.get(consumer, jobs);
  }
  scene.fold();

  const QueueListVm vm = build_queue_list(scene.model, scene.facts, scene.view);

  // 540 of 1000 after 6 s, 90 more each second.
  ASSERT_EQ(vm.rows.size(), 1u);
  EXPECT_EQ(vm.rows[0].verdict.text, "growing, full in 5.1 s");
  EXPECT_EQ(vm.rows[0].latency.front(), '3') << vm.rows[0].latency;
  EXPECT_FALSE(vm.rows[0].latency_p99.empty());
}

}  // namespace
}  // namespace inspector::present
