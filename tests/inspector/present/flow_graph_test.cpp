// The flow graph: who puts, who gets, and what stands in the way.
#include "present/flow_graph.hpp"

#include "scene.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace inspector::present {
namespace {

using namespace std::chrono_literals;
using Strings = std::vector<std::string>;

// main puts into `jobs`, workers take from there and put into `results`, main takes those.
struct Round {
  Scene scene;
  support::EventBuilder& builder = scene.builder;
  decltype(builder.root()) main = builder.root();
  decltype(builder.queue(main, "jobs", 4)) jobs = builder.queue(main, "jobs", 4);
  decltype(jobs) results = builder.queue(main, "results");

  auto worker(const std::string& name) {
    const auto made = builder.fork(main, name);
    builder.put(main, jobs);
    builder.get(made, jobs);
    builder.put(made, results);
    builder.counters(made, jobs, {.out = 1});
    builder.counters(made, results, {.in = 1});
    return made;
  }
  FlowGraphVm picture() {
    builder.counters(main, jobs, {.in = 1200});
    builder.counters(main, results, {.out = 3});
    builder.after(10ms).tick();
    scene.fold();
    return build_flow_graph(scene.model, scene.facts, scene.view);
  }
};

Strings labels(const FlowGraphVm& vm) {
  Strings all;
  for (const GraphNode& node : vm.nodes) all.push_back(node.label);
  return all;
}

// "from>to" with what stands at the arrow.
Strings arrows(const FlowGraphVm& vm) {
  Strings all;
  for (const GraphEdge& edge : vm.edges) {
    all.push_back(vm.nodes.at(static_cast<std::size_t>(edge.from)).label + ">" +
                  vm.nodes.at(static_cast<std::size_t>(edge.to)).label + " " + edge.label);
  }
  return all;
}

TEST(FlowGraph, ArrowsGoFromThoseWhoPutToThoseWhoGet) {
  Round round;
  round.worker("worker-1");
  const FlowGraphVm vm = round.picture();

  EXPECT_EQ(labels(vm), (Strings{"MainProcess", "worker-1", "jobs", "results"}));
  EXPECT_EQ(arrows(vm), (Strings{"MainProcess>jobs 1.2 k", "results>MainProcess 3",
                                 "worker-1>results 1", "jobs>worker-1 1"}));
}

TEST(FlowGraph, WhatLeadsBackToTheFirstIsMarked) {
  Round round;
  round.worker("worker-1");
  const FlowGraphVm vm = round.picture();

  Strings back;
  for (std::size_t i = 0; i < vm.edges.size(); ++i) {
    if (vm.edges[i].feedback) back.push_back(arrows(vm)[i]);
  }
  EXPECT_EQ(back, (Strings{"results>MainProcess 3"}));
}

TEST(FlowGraph, ManyWhoDoTheSameAreOneBox) {
  Round round;
  for (int i = 1; i <= 6; ++i) round.worker("worker-" + std::to_string(i));
  const FlowGraphVm vm = round.picture();

  EXPECT_EQ(labels(vm), (Strings{"MainProcess", "6 processes", "jobs", "results"}));
  EXPECT_EQ(vm.nodes[1].count, 6);
  EXPECT_EQ(vm.nodes[1].note, "worker-1 to worker-6");
  EXPECT_EQ(arrows(vm)[3], "jobs>6 processes 6");
}

TEST(FlowGraph, AProducerWithoutRoomIsSaidAtItsArrow) {
  Round round;
  round.worker("worker-1");
  for (int i = 0; i < 4; ++i) round.builder.put(round.main, round.jobs);
  round.builder.wait_put(round.main, round.jobs);
  round.builder.after(3s).tick();
  const FlowGraphVm vm = round.picture();

  EXPECT_EQ(arrows(vm)[0], "MainProcess>jobs waits 3.0 s");
  EXPECT_NE(vm.edges[0].tone, Tone::Neutral);
  EXPECT_EQ(vm.nodes[2].fill, 1.0F);
  EXPECT_EQ(vm.nodes[2].note.substr(0, 6), "4 of 4");
}

TEST(FlowGraph, OfTheEndedOnlyDashesStay) {
  Round round;
  const auto worker = round.worker("worker-1");
  round.builder.exit(worker);
  round.builder.reap(round.main, worker, 0);
  const FlowGraphVm vm = round.picture();

  EXPECT_EQ(vm.nodes[1].note, "ended");
  EXPECT_FALSE(vm.edges[0].dashed);
  EXPECT_TRUE(vm.edges[2].dashed);
}

TEST(FlowGraph, ShowsWhatTheFilterLeaves) {
  Round round;
  round.worker("worker-1");
  round.scene.view.filters[Screen::Queues] = "res";
  EXPECT_EQ(labels(round.picture()), (Strings{"MainProcess", "worker-1", "results"}));
}

TEST(FlowGraph, QueuesThatNobodyUsedAreSaidToBeQuiet) {
  Round round;
  round.scene.fold();
  const FlowGraphVm vm = build_flow_graph(round.scene.model, round.scene.facts, round.scene.view);
  EXPECT_TRUE(vm.nodes.empty());
  EXPECT_EQ(vm.empty.title, "Nothing flows yet");
}

}  // namespace
}  // namespace inspector::present
