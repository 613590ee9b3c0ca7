#include "session/session.hpp"

#include "support/event_scenarios.hpp"
#include "support/random_events.hpp"
#include "support/script_source.hpp"

#include <random>

#include <gtest/gtest.h>

namespace {

using namespace inspector::session;
using namespace std::chrono_literals;
using inspector::model::Model;
using support::EventBuilder;

struct Scripted {
  support::ScriptSource* source = new support::ScriptSource();
  Session session{std::unique_ptr<EventSource>(source)};

  void play(const mp::wire::Batch& batch, std::size_t batch_size = 10) {
    source->feed(batch, batch_size);
    session.pump();
  }
};

TEST(Session, FollowsUntilSomeoneLooksBack) {
  Scripted scripted;
  EventBuilder builder;
  const auto root = builder.root();
  scripted.play(builder.take());
  EXPECT_EQ(scripted.session.mode(), Mode::Follow);
  EXPECT_EQ(scripted.session.view().event_count(), 1U);
  scripted.session.pause();
  builder.after(1s).note(root, "later");
  scripted.play(builder.take());
  EXPECT_EQ(scripted.session.view().event_count(), 1U) << "the view stands still";
  EXPECT_EQ(scripted.session.newest().event_count(), 2U) << "and the session goes on";
  scripted.session.follow();
  EXPECT_EQ(scripted.session.view().event_count(), 2U);
}

TEST(Session, SeekShowsThatMoment) {
  Scripted scripted;
  EventBuilder builder;
  const auto root = builder.root();
  builder.at(1s).note(root, "one");
  builder.at(2s).note(root, "two");
  builder.at(3s).note(root, "three");
  scripted.play(builder.take(), 2);
  const auto note_at = [&](std::chrono::nanoseconds moment) {
    scripted.session.seek(EventBuilder::kStartNs + static_cast<std::uint64_t>(moment.count()));
    const auto* thread = scripted.session.view().threads().find({root, 0});
    return thread == nullptr ? std::string("-") : thread->note;
  };
  EXPECT_EQ(note_at(2500ms), "two");
  EXPECT_EQ(note_at(500ms), "-");
  EXPECT_EQ(note_at(3s), "three");
  EXPECT_EQ(note_at(1s), "one");
  EXPECT_EQ(note_at(99s), "three") << "there is nothing after the end";
  EXPECT_EQ(note_at(-5s), "-") << "nor before the beginning";
  EXPECT_EQ(scripted.session.mode(), Mode::Paused);
}

TEST(Session, PlayMovesWithTimeAndComesBackToLive) {
  Scripted scripted;
  EventBuilder builder;
  builder.root();
  builder.at(10s).tick();
  scripted.play(builder.take());
  scripted.session.seek(EventBuilder::kStartNs);
  scripted.session.play(4);
  scripted.session.advance(1'000'000'000);
  EXPECT_EQ(scripted.session.cursor_ns(), EventBuilder::kStartNs + 4'000'000'000);
  scripted.session.advance(1'600'000'000);
  EXPECT_EQ(scripted.session.mode(), Mode::Follow);
}

TEST(Session, AStragglerDoesNotMoveTheStreamBack) {
  Scripted scripted;
  EventBuilder builder;
  const auto root = builder.root();
  builder.at(2s).note(root, "b");
  builder.at(1s).mark(root, "late");
  builder.at(3s).tick();
  scripted.play(builder.take(), 2);
  EXPECT_EQ(scripted.session.newest().journal().marks.rows().back().t_ns,
            EventBuilder::kStartNs + 2'000'001'000 - 1000);
  scripted.session.seek(EventBuilder::kStartNs + 1'500'000'000);
  EXPECT_EQ(scripted.session.view().event_count(), 1U);
}

TEST(Session, HowTheSourceEndedIsSaidAfterItsLastBatch) {
  Scripted scripted;
  EventBuilder builder;
  builder.root();
  scripted.source->feed(builder.take());
  scripted.source->end(SourceState::Lost, "connection reset");
  EXPECT_EQ(scripted.session.state(), SourceState::Running);
  scripted.session.pump();
  EXPECT_EQ(scripted.session.state(), SourceState::Lost);
  EXPECT_EQ(scripted.session.trouble(), "connection reset");
}

TEST(Session, ListenersGetTheVeryBatches) {
  Scripted scripted;
  std::vector<BatchPtr> seen;
  scripted.session.on_batch([&](const BatchPtr& batch) { seen.push_back(batch); });
  EventBuilder builder;
  support::deadlock_of_two(builder);
  scripted.play(builder.batch(), 4);
  Model model;
  for (const auto& batch : seen) model.apply(*batch);
  EXPECT_EQ(model.digest(), scripted.session.newest().digest());
}

// The property that everything rests on: a moment that is sought is the moment as it was.
TEST(Session, AnyMomentSoughtEqualsTheMomentAsItWas) {
  Scripted scripted;
  auto batch = support::RandomEvents(7).batch(20000);
  std::vector<std::pair<std::uint64_t, std::uint64_t>> as_it_was;
  std::mt19937_64 random(1);
  std::uint64_t last = 0;
  for (std::size_t i = 0; i < batch.events.size();) {
    mp::wire::Batch part;
    for (std::size_t left = 1 + random() % 200; left > 0 && i < batch.events.size(); --left, ++i) {
      // A moment belongs to one batch; within it there are stragglers and equal times.
      if (part.events.empty()) batch.events[i].t_ns = std::max(batch.events[i].t_ns, last + 1);
      last = std::max(last, batch.events[i].t_ns);
      part.add(batch.events[i], batch.payload_of(batch.events[i]));
    }
    scripted.source->feed(std::move(part));
    scripted.session.pump();
    as_it_was.emplace_back(scripted.session.newest().now_ns(), scripted.session.newest().digest());
  }
  std::shuffle(as_it_was.begin(), as_it_was.end(), random);
  ASSERT_GT(as_it_was.size(), 190U);
  for (const auto& [t_ns, digest] : as_it_was) {
    scripted.session.seek(t_ns);
    ASSERT_EQ(scripted.session.view().digest(), digest) << t_ns;
  }
}

TEST(MemoryChunks, TheOldestGoFirstAndTheRestStaysExact) {
  MemoryChunks chunks(
      {.events = 2000, .checkpoint_events = 200, .checkpoint_ns = 1'000'000, .checkpoints = 8});
  const auto batch = support::RandomEvents(3).batch(10000);
  Model model;
  std::vector<std::uint64_t> digests;
  std::uint64_t t_ns = 0;
  for (std::size_t i = 0; i < batch.events.size(); i += 50) {
    mp::wire::Batch part;
    for (std::size_t k = i; k < i + 50; ++k) {
      auto event = batch.events[k];
      event.t_ns = ++t_ns;
      part.add(event, batch.payload_of(batch.events[k]));
    }
    chunks.add(std::make_shared<const mp::wire::Batch>(part), model);
    model.apply(part);
    digests.push_back(model.digest());
  }
  EXPECT_GT(chunks.first(), 0U);
  std::size_t kept = 0;
  for (std::size_t i = chunks.first(); i < chunks.end(); ++i) kept += chunks.info(i).events;
  EXPECT_LE(kept, 4000U);
  History history(chunks);
  for (std::size_t i = chunks.end(); i-- > chunks.first();) {
    EXPECT_EQ(history.at(chunks.info(i).t1_ns).digest(), digests[i]) << "chunk " << i;
  }
}

TEST(History, NothingGivesAnEmptyModel) {
  const MemoryChunks chunks;
  History history(chunks);
  EXPECT_EQ(history.at(5).event_count(), 0U);
}

}  // namespace
