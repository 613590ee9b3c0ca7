// Connections in the model: which ends belong together, and the way of their messages.
#include "model/model.hpp"
#include "support/event_builder.hpp"

#include <gtest/gtest.h>

namespace inspector::model {
namespace {

using support::EventBuilder;
using namespace std::chrono_literals;
using Kind = EventBuilder::Kind;

Model fold(const EventBuilder& builder) {
  Model model;
  model.apply(builder.batch());
  return model;
}

// The builder's things are numbered as the model's objects, as long as each is declared once.
const ConnectionEnd& end_of(const Model& model, EventBuilder::Thing thing) {
  return *model.connections().find(thing.number);
}

class Connections : public testing::Test {
 protected:
  EventBuilder builder;
  EventBuilder::Puid root = builder.root();
};

TEST_F(Connections, EndsOfAPipeBelongTogether) {
  const auto [first, second] = builder.pipe(root);
  const auto [other, another] = builder.pipe(root);

  const Model model = fold(builder);
  EXPECT_EQ(end_of(model, first).other, second.number);
  EXPECT_EQ(end_of(model, second).other, first.number);
  EXPECT_EQ(end_of(model, other).other, another.number);
}

TEST_F(Connections, ASocketFindsThePeerThatIsDeclaredLater) {
  const auto server = builder.socket(root);
  // The number that the client's end will have.
  builder.meets(root, server, {.device = 1, .inode = 7000U + server.number + 1});
  const auto client = builder.socket(builder.fork(root, "Worker-1"));

  const Model model = fold(builder);
  EXPECT_EQ(end_of(model, server).other, client.number);
  EXPECT_EQ(end_of(model, client).other, server.number);
}

TEST_F(Connections, ASocketFindsThePeerThatWasDeclaredBefore) {
  const auto client = builder.socket(root);
  const auto server = builder.socket(root);
  builder.meets(root, server, client, 1000);

  const Model model = fold(builder);
  EXPECT_EQ(end_of(model, client).other, server.number);
  EXPECT_EQ(end_of(model, server).peer_pid, 1000u);
}

TEST_F(Connections, TcpEndsFindEachOtherByTheirNames) {
  const auto client = builder.socket(root);
  const auto server = builder.socket(root);
  builder.meets(root, client, {.local = "127.0.0.1:40312", .remote = "127.0.0.1:6000"});
  builder.meets(root, server, {.local = "127.0.0.1:6000", .remote = "127.0.0.1:40312"});

  EXPECT_EQ(end_of(fold(builder), client).other, server.number);
}

TEST_F(Connections, NamesThatAreUsedAgainBelongToTheNewPair) {
  const wire::PeerInfo there{.local = "127.0.0.1:40312", .remote = "127.0.0.1:6000"};
  const wire::PeerInfo back{.local = there.remote, .remote = there.local};
  const auto old_client = builder.socket(root);
  builder.meets(root, old_client, there);
  const auto old_server = builder.socket(root);
  builder.meets(root, old_server, back);
  const auto client = builder.socket(root);
  builder.meets(root, client, there);
  const auto server = builder.socket(root);
  builder.meets(root, server, back);

  const Model model = fold(builder);
  EXPECT_EQ(end_of(model, old_client).other, old_server.number);
  EXPECT_EQ(end_of(model, client).other, server.number);
}

TEST_F(Connections, AMessageIsFollowedFromSendToReceive) {
  const auto [first, second] = builder.pipe(root);
  const auto worker = builder.fork(root, "Worker-1");
  builder.send(root, first, 64);
  builder.after(3ms).recv(worker, second, 64);
  builder.send(worker, second, 8);

  const Model model = fold(builder);
  const auto& there = end_of(model, first).trace.recent().rows();
  ASSERT_EQ(there.size(), 1u);
  EXPECT_EQ(there[0].number, 1u);
  EXPECT_EQ(there[0].bytes, 64u);
  EXPECT_EQ(there[0].put.thread.process, root);
  EXPECT_EQ(there[0].got.thread.process, worker);
  EXPECT_NEAR(static_cast<double>(there[0].sojourn_ns()), 3e6, 1e4);
  EXPECT_EQ(model.connections().under_way(end_of(model, first)), 0u);
  EXPECT_EQ(model.connections().under_way(end_of(model, second)), 1u);
}

// Numbers begin at 1: nothing is kept of such a message, so it takes nobody's place.
TEST_F(Connections, MessagesWithoutANumberTakeNoTrace) {
  const auto [first, second] = builder.pipe(root);
  for (std::size_t i = 0; i <= ConnectionTable::kTraced; ++i)
    builder.add(Kind::ConnectionSend, root, {.a = 0, .object = second.number});
  builder.send(root, first);
  builder.recv(root, second);

  EXPECT_EQ(end_of(fold(builder), first).trace.recent().rows().size(), 1u);
}

TEST_F(Connections, WhatGoesToAStrangerIsNotCalledUnderWay) {
  const auto end = builder.socket(root);
  builder.send(root, end);

  const Model model = fold(builder);
  EXPECT_EQ(end_of(model, end).sent, 1u);
  EXPECT_FALSE(model.connections().under_way(end_of(model, end)).has_value());
}

// As a fork makes it when both go on: each counts on from where the other was.
TEST_F(Connections, ProcessesThatShareAnEndAreNotBelievedAboutNumbers) {
  const auto [first, second] = builder.pipe(root);
  const auto worker = builder.fork(root, "Worker-1");
  builder.counters(root, first, {.in = 5, .in_number = 5});
  EXPECT_FALSE(end_of(fold(builder), first).shared);
  builder.counters(worker, first, {.in = 3, .in_number = 5});

  const Model model = fold(builder);
  EXPECT_TRUE(end_of(model, first).shared);
  EXPECT_FALSE(model.connections().under_way(end_of(model, first)).has_value());
}

TEST_F(Connections, AnEndThatWasHandedOnKeepsItsNumbers) {
  const auto [first, second] = builder.pipe(root);
  const auto worker = builder.fork(root, "Worker-1");
  builder.counters(root, first, {.in = 5, .in_number = 5});
  builder.counters(worker, first, {.in = 3, .in_number = 8});

  EXPECT_FALSE(end_of(fold(builder), first).shared);
}

TEST_F(Connections, TotalsBecomeRatesButNotThoseFromBeforeWeCame) {
  const auto [first, second] = builder.pipe(root);
  builder.after(10s).counters(root, first, {.in = 1000, .in_bytes = 5000, .in_number = 1000});
  builder.after(10ms).counters(root, first, {.in = 1007, .in_bytes = 5700, .in_number = 1007});

  const Model model = fold(builder);
  StreamBucket sum;
  for (const StreamBucket& bucket : end_of(model, first).series.buckets()) sum.merge(bucket);
  EXPECT_EQ(sum.sent, 7u);
  EXPECT_EQ(sum.sent_bytes, 700u);
  EXPECT_EQ(end_of(model, first).sent, 1007u);
}

// At level 2 both are told of each message.
TEST_F(Connections, WhatEventsToldOfIsNotCountedAgainFromTotals) {
  const auto [first, second] = builder.pipe(root);
  builder.send(root, first, 100);
  builder.send(root, first, 50);
  builder.counters(root, first, {.in = 2, .in_bytes = 150, .in_number = 2});
  builder.counters(root, first, {.in = 3, .in_bytes = 160, .in_number = 3});  // at level 1 again

  const Model model = fold(builder);
  StreamBucket sum;
  for (const StreamBucket& bucket : end_of(model, first).series.buckets()) sum.merge(bucket);
  EXPECT_EQ(sum.sent, 3u);
  EXPECT_EQ(sum.sent_bytes, 160u);
}

TEST_F(Connections, AListenerCountsWhomItLetInAndWhomNot) {
  const auto listener = builder.make(root, wire::ObjectKind::Listener, "127.0.0.1:6000");
  const auto end = builder.socket(root);
  builder.accepted(root, end, listener);
  builder.add(Kind::AuthFail, root, {.object = listener.number});
  builder.add(Kind::AuthFail, root, {});

  const Model model = fold(builder);
  EXPECT_EQ(model.connections().listeners().at(listener.number).accepted, 1u);
  EXPECT_EQ(end_of(model, end).listener, listener.number);
  EXPECT_EQ(model.objects().find(listener.number)->auth_failures, 1u);
  EXPECT_EQ(model.connections().turned_away().at(root), 1u);
  EXPECT_EQ(model.journal().refused, 0u);
}

TEST_F(Connections, AWaitAtAListenerIsForAClient) {
  const auto listener = builder.make(root, wire::ObjectKind::Listener, "127.0.0.1:6000");
  builder.wait_recv(root, listener);
  EXPECT_EQ(fold(builder).threads().find({root, 0})->state, wire::ThreadState::Accept);
}

TEST_F(Connections, TheirStateIsWrittenAndRead) {
  const auto [first, second] = builder.pipe(root);
  builder.meets(root, first, {.pid = 7, .local = "a", .remote = "b"});
  builder.send(root, first);
  builder.recv(root, second);
  builder.send(root, first);

  const Model model = fold(builder);
  const auto again = Model::deserialize(model.serialize());
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again.value().digest(), model.digest());
  EXPECT_EQ(end_of(again.value(), first).trace.recent().rows().size(), 1u);
}

}  // namespace
}  // namespace inspector::model
