#include "analysis/connections.hpp"

#include "analysis/analyze.hpp"
#include "fold.hpp"
#include "support/event_builder.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace inspector::analysis {
namespace {

using support::EventBuilder;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;
using Kind = EventBuilder::Kind;

class Links : public testing::Test {
 protected:
  Link only() {
    const model::Model model = fold(builder);
    const auto all = links(model, lately(model));
    EXPECT_EQ(all.size(), 1u);
    return all.empty() ? Link{} : all[0];
  }
  std::vector<Finding> deadlocks() {
    std::vector<Finding> findings = analyze(fold(builder));
    std::erase_if(findings, [](const Finding& finding) { return finding.rule != "deadlock"; });
    return findings;
  }
  // A pipe of which each process has one end.
  struct Split {
    EventBuilder::Thing first;  // with the root
    EventBuilder::Thing second;
    EventBuilder::Puid worker;
  };
  Split pipe_with_worker() {
    const auto [first, second] = builder.pipe(root);
    const auto worker = builder.fork(root, "Worker-1");
    builder.retire(root, second);
    builder.retire(worker, first);
    return {first, second, worker};
  }
  EventBuilder builder;
  EventBuilder::Puid root = builder.root();
};

TEST_F(Links, APipeIsOneAndNamesThoseWhoUseIt) {
  const auto [first, second] = builder.pipe(root);
  const auto worker = builder.fork(root, "Worker-1");
  builder.counters(root, first, {.in = 1, .in_bytes = 100, .in_number = 1});
  builder.counters(worker, second, {.out = 1, .out_bytes = 100, .out_number = 1});

  const Link link = only();
  EXPECT_EQ(link.first, first.number);
  EXPECT_EQ(link.second, second.number);
  EXPECT_EQ(link.kind, LinkKind::Pipe);
  EXPECT_THAT(link.first_users, ElementsAre(root));
  EXPECT_THAT(link.second_users, ElementsAre(worker));
  EXPECT_EQ(link.there.messages, 1u);
  EXPECT_EQ(link.there.bytes, 100u);
  EXPECT_EQ(link.back.messages, 0u);
}

TEST_F(Links, WhoWaitsUsesItToo) {
  const auto [first, second] = builder.pipe(root);
  const auto worker = builder.fork(root, "Worker-1");
  builder.wait_recv(worker, second);

  const Link link = only();
  EXPECT_THAT(link.second_users, ElementsAre(worker));
  EXPECT_THAT(link.receivers, ElementsAre(model::ThreadKey{worker, 0}));
  EXPECT_THAT(link.senders, IsEmpty());
}

// Their pages were never read: only events tell of them.
TEST_F(Links, ThoseWhoLivedShortlyAreNamedAllTheSame) {
  const auto [first, second] = builder.pipe(root);
  const auto worker = builder.fork(root, "Worker-1");
  builder.send(worker, second, 7);
  builder.recv(root, first, 7);
  builder.retire(worker, second);
  builder.retire(worker, first);
  builder.gone(worker, 0);
  builder.retire(root, first);
  builder.retire(root, second);

  const Link link = only();
  EXPECT_EQ(link.state, LinkState::Closed);
  EXPECT_THAT(link.first_users, ElementsAre(worker));
  EXPECT_THAT(link.second_users, ElementsAre(root));
  EXPECT_EQ(link.there.messages, 1u);
  EXPECT_EQ(link.there.bytes, 7u);
}

TEST_F(Links, WhoAloneHasSpokenComesFirst) {
  const auto [first, second, worker] = pipe_with_worker();
  builder.send(worker, second);
  EXPECT_EQ(only().first, second.number);

  builder.send(root, first);
  EXPECT_EQ(only().first, first.number) << "both have: as they were made";
}

TEST_F(Links, WhoConnectsComesFirst) {
  const auto listener = builder.make(root, wire::ObjectKind::Listener, "/run/x.sock");
  const auto server = builder.socket(root);
  builder.accepted(root, server, listener);
  const auto client = builder.socket(root);
  builder.meets(root, server, client);

  const Link link = only();
  EXPECT_EQ(link.first, client.number);
  EXPECT_EQ(link.second, server.number);
  EXPECT_EQ(link.kind, LinkKind::Unix);
}

TEST_F(Links, AStrangersMessagesAreCountedWhereTheyCome) {
  const auto end = builder.socket(root);
  builder.meets(root, end, {.local = "127.0.0.1:40312", .remote = "10.0.0.7:4000"});
  builder.counters(root, end, {.in = 2, .out = 3, .in_bytes = 20, .out_bytes = 30});

  const Link link = only();
  EXPECT_EQ(link.second, 0u);
  EXPECT_EQ(link.kind, LinkKind::Inet);
  EXPECT_EQ(link.there.messages, 2u);
  EXPECT_EQ(link.back.messages, 3u);
  EXPECT_EQ(link.back.bytes, 30u);
  EXPECT_FALSE(link.there.under_way.has_value());
}

TEST_F(Links, RatesAreOverTheStretch) {
  const auto [first, second] = builder.pipe(root);
  builder.at(100ms).counters(root, first, {.in = 10, .in_bytes = 1000, .in_number = 10});
  builder.at(10s).counters(root, first, {.in = 60, .in_bytes = 6000, .in_number = 60});
  builder.after(1s).tick();

  const model::Model model = fold(builder);
  const auto link = link_of(model, second.number, lately(model)).value();
  EXPECT_NEAR(link.there.messages_per_s, 10, 0.5);
  EXPECT_NEAR(link.there.bytes_per_s, 1000, 50);
  EXPECT_EQ(link.back.messages_per_s, 0);
}

TEST_F(Links, StateSaysWhoIsLeft) {
  const auto [first, second] = builder.pipe(root);
  EXPECT_EQ(only().state, LinkState::Open);
  builder.retire(root, first);
  EXPECT_EQ(only().state, LinkState::OtherEndGone);
  builder.retire(root, second);
  EXPECT_EQ(only().state, LinkState::Closed);
}

TEST_F(Links, AnEndOfAProcessThatDiedIsGone) {
  const auto [first, second] = builder.pipe(root);
  const auto worker = builder.fork(root, "Worker-1");
  builder.retire(root, second);
  EXPECT_EQ(only().state, LinkState::Open);
  builder.gone(worker, -9);
  EXPECT_EQ(only().state, LinkState::OtherEndGone);
}

// A checkpoint in a file is anybody's bytes.
TEST_F(Links, ACheckpointWithAnyByteBentIsRefusedOrLookedAtAllTheSame) {
  const auto [first, second] = builder.pipe(root);
  const auto listener = builder.make(root, wire::ObjectKind::Listener, "x");
  const auto end = builder.socket(root);
  builder.accepted(root, end, listener);
  builder.send(root, first);
  builder.wait_recv(root, first);
  const std::string bytes = fold(builder).serialize();

  std::size_t looked_at = 0;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (const int bits : {1, 2, 4, 8, 64}) {
      std::string bent = bytes;
      bent[at] = static_cast<char>(bent[at] ^ bits);
      const auto model = model::Model::deserialize(bent);
      if (!model.ok()) continue;
      ++looked_at;
      (void)links(model.value(), lately(model.value()));
      (void)listeners(model.value());
      (void)analyze(model.value());
    }
  }
  EXPECT_GT(looked_at, 0u);
}

TEST_F(Links, ListenersSayWhoWaitsAndWhoWasRefused) {
  const auto listener = builder.make(root, wire::ObjectKind::Listener, "127.0.0.1:6000");
  builder.add(Kind::AuthFail, root, {.object = listener.number});
  builder.wait_recv(root, listener);

  const auto all = listeners(fold(builder));
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].refused, 1u);
  EXPECT_EQ(all[0].accepted, 0u);
  EXPECT_THAT(all[0].acceptors, ElementsAre(model::ThreadKey{root, 0}));
  EXPECT_TRUE(all[0].is_open);
}

TEST_F(Links, TwoThatWaitForEachOthersMessageAreADeadlock) {
  const auto [first, second, worker] = pipe_with_worker();
  builder.wait_recv(root, first);
  builder.wait_recv(worker, second);
  builder.after(10s).tick();

  const auto found = deadlocks();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].confidence, Confidence::Probable);
  EXPECT_THAT(found[0].sentence.plain(),
              HasSubstr("MainProcess waits for data on connection Connection-1; Worker-1 waits for "
                        "data on connection Connection-2; nobody else could help"));
  EXPECT_THAT(found[0].advice, HasSubstr("Let one side speak while the other listens"));
}

TEST_F(Links, TwoWhoSendAndNeverReadAreADeadlock) {
  const auto [first, second, worker] = pipe_with_worker();
  builder.send(root, first);
  builder.send(worker, second);
  builder.wait_send(root, first);
  builder.wait_send(worker, second);
  builder.after(10s).tick();

  const auto found = deadlocks();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_THAT(found[0].sentence.plain(), HasSubstr("MainProcess waits to send on connection"));
  EXPECT_EQ(only().senders.size(), 2u);
}

TEST_F(Links, AWaitForAMessageThatIsUnderWayIsNoDeadlock) {
  const auto [first, second, worker] = pipe_with_worker();
  builder.send(root, first);
  builder.wait_recv(root, first);
  builder.wait_recv(worker, second);
  builder.after(10s).tick();
  EXPECT_THAT(deadlocks(), IsEmpty());
}

TEST_F(Links, AWaitForSomebodyWhoWorksIsNoDeadlock) {
  const auto [first, second] = builder.pipe(root);
  const auto worker = builder.fork(root, "Worker-1");
  builder.retire(root, second);
  builder.thread(worker, "MainThread");
  builder.wait_recv(root, first);
  builder.after(10s).tick();
  EXPECT_THAT(deadlocks(), IsEmpty());
}

TEST_F(Links, AWaitForAStrangerIsNoDeadlock) {
  const auto end = builder.socket(root);
  builder.meets(root, end, {.pid = 812, .remote = "/run/x.sock"});
  builder.wait_recv(root, end);
  builder.after(10s).tick();
  EXPECT_THAT(deadlocks(), IsEmpty());
}

// As fileno() does, and then a program that nobody watches may have it.
TEST_F(Links, AWaitForAnEndThatWasLentIsNoDeadlock) {
  const auto [first, second] = builder.pipe(root);
  builder.add(Kind::Lent, root, {.object = second.number});
  builder.wait_recv(root, first);
  builder.after(10s).tick();
  EXPECT_THAT(deadlocks(), IsEmpty());
}

TEST_F(Links, ALoneProcessThatListensToItselfIsADeadlock) {
  const auto [first, second] = builder.pipe(root);
  builder.wait_recv(root, first);
  builder.after(10s).tick();

  const auto found = deadlocks();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_THAT(found[0].advice, HasSubstr("Close the other end"));
}

}  // namespace
}  // namespace inspector::analysis
