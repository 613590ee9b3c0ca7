#include "session/session.hpp"
#include "store/catalog.hpp"
#include "store/file_chunks.hpp"
#include "store/recorder.hpp"
#include "support/event_scenarios.hpp"
#include "support/random_events.hpp"
#include "support/script_source.hpp"
#include "support/temp_dir.hpp"

#include <algorithm>
#include <fstream>
#include <random>

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace inspector::store;
using inspector::model::Model;
using inspector::session::BatchPtr;
using inspector::session::Session;
using support::EventBuilder;
using support::TempDir;
using testing::HasSubstr;

BatchPtr shared(mp::wire::Batch batch) {
  return std::make_shared<const mp::wire::Batch>(std::move(batch));
}

void record(const std::filesystem::path& path, const mp::wire::Batch& batch) {
  auto recorder = Recorder::create(path);
  ASSERT_TRUE(recorder.ok()) << recorder.failure().message();
  recorder.value()->set_hello({.tree = 7,
                               .root_pid = 1000,
                               .monotonic_ns = EventBuilder::kStartNs,
                               .realtime_ns = 1'700'000'000'000'000'000,
                               .host = "here",
                               .program = "pipeline"});
  recorder.value()->add(shared(batch));
  const auto closed = recorder.value()->close();
  ASSERT_TRUE(closed.ok()) << closed.failure().message();
}

std::unique_ptr<FileChunks> open(const std::filesystem::path& path) {
  auto opened = FileChunks::open(path);
  EXPECT_TRUE(opened.ok()) << opened.failure().message();
  return opened.ok() ? std::move(opened).value() : nullptr;
}

TEST(Recording, SaysWhatItIsAbout) {
  const TempDir dir;
  EventBuilder builder;
  support::deadlock_of_two(builder);
  record(dir / "s.mpr", builder.batch());
  const auto chunks = open(dir / "s.mpr");
  EXPECT_EQ(chunks->recording().hello.program, "pipeline");
  EXPECT_EQ(chunks->recording().events, builder.batch().events.size());
  EXPECT_TRUE(chunks->recording().complete);
  EXPECT_EQ(chunks->recording().started_realtime_ns(), 1'700'000'000'000'000'000U);
  EXPECT_EQ(chunks->end_ns(), builder.batch().events.back().t_ns);
}

// The promise of the whole design: what was seen live is what is seen again, at any moment.
TEST(Recording, AnyMomentOfTheFileEqualsTheMomentAsItWasLive) {
  const TempDir dir;
  auto events = support::RandomEvents(11).batch(60000);
  auto* source = new support::ScriptSource();
  Session live{std::unique_ptr<inspector::session::EventSource>(source)};
  auto recorder = Recorder::create(
      dir / "s.mpr", {.commit_every = std::chrono::milliseconds(20), .checkpoint_events = 10000});
  ASSERT_TRUE(recorder.ok());
  live.on_batch([&](const BatchPtr& batch) { recorder.value()->add(batch); });

  std::vector<std::pair<std::uint64_t, std::uint64_t>> as_it_was;
  std::mt19937_64 random(1);
  std::uint64_t last = 0;
  for (std::size_t i = 0; i < events.events.size();) {
    mp::wire::Batch part;
    for (std::size_t left = 100 + random() % 400; left > 0 && i < events.events.size();
         --left, ++i) {
      if (part.events.empty()) events.events[i].t_ns = std::max(events.events[i].t_ns, last + 1);
      last = std::max(last, events.events[i].t_ns);
      part.add(events.events[i], events.payload_of(events.events[i]));
    }
    source->feed(std::move(part));
    live.pump();
    as_it_was.emplace_back(live.newest().now_ns(), live.newest().digest());
  }
  ASSERT_TRUE(recorder.value()->close().ok());

  Session replay(open(dir / "s.mpr"));
  EXPECT_EQ(replay.newest().digest(), live.newest().digest());
  std::shuffle(as_it_was.begin(), as_it_was.end(), random);
  as_it_was.resize(std::min<std::size_t>(as_it_was.size(), 200));
  ASSERT_GE(as_it_was.size(), 190U);
  for (const auto& [t_ns, digest] : as_it_was) {
    replay.seek(t_ns);
    ASSERT_EQ(replay.view().digest(), digest) << t_ns;
  }
}

TEST(Recording, PlainSqlListsWhatHappened) {
  const TempDir dir;
  EventBuilder builder;
  const auto made = support::deadlock_of_two(builder);
  builder.sample(made.left, std::chrono::milliseconds(5), 4096);
  builder.log(made.left, 30, "it's stuck");
  record(dir / "s.mpr", builder.batch());
  SQLite::Database db((dir / "s.mpr").string());
  EXPECT_EQ(db.execAndGet("select count(*) from process").getInt(), 3);
  EXPECT_EQ(
      db.execAndGet("select name from process where parent = 1 order by id limit 1").getString(),
      "Worker-1");
  EXPECT_EQ(db.execAndGet("select name from object where kind = 'Lock' order by id desc limit 1")
                .getString(),
            "results");
  EXPECT_EQ(
      db.execAndGet("select count(*) from wait where kind = 'lock-wait' and t1 is null").getInt(),
      2);
  EXPECT_EQ(
      db.execAndGet("select p.name || ' waits for ' || o.name || ', held by ' || h.name from wait w"
                    " join process p on p.id = w.process join object o on o.id = w.object"
                    " join process h on h.id = w.blocker where o.name = 'results'")
          .getString(),
      "Worker-1 waits for results, held by Worker-2");
  EXPECT_EQ(db.execAndGet("select rss from sample").getInt(), 4096);
  EXPECT_EQ(db.execAndGet("select text from log").getString(), "it's stuck");
  EXPECT_EQ(db.execAndGet("select count(*) from lock where state = 'held'").getInt(), 2);
  EXPECT_EQ(db.execAndGet("select count(*) from obj_ref where how = 'inherited'").getInt(), 4);
}

TEST(Recording, AClosedRecordingIsOneFile) {
  const TempDir dir;
  EventBuilder builder;
  builder.root();
  record(dir / "s.mpr", builder.batch());
  std::size_t files = 0;
  for (const auto& item : std::filesystem::directory_iterator(dir.path()))
    files += item.exists() ? 1 : 0;
  EXPECT_EQ(files, 1U);
  SQLite::Database db((dir / "s.mpr").string());
  EXPECT_EQ(db.execAndGet("pragma journal_mode").getString(), "delete");
  EXPECT_EQ(db.execAndGet("pragma integrity_check").getString(), "ok");
}

TEST(Recording, AWaitThatEndsIsNoLongerOpen) {
  const TempDir dir;
  EventBuilder builder;
  const auto root = builder.root();
  const auto queue = builder.queue(root, "q");
  builder.wait_get(root, queue);
  auto recorder = Recorder::create(dir / "s.mpr", {.commit_every = std::chrono::milliseconds(0)});
  recorder.value()->add(shared(builder.take()));
  while (recorder.value()->committed_events() < 3) std::this_thread::yield();
  builder.after(std::chrono::milliseconds(5)).empty(root, queue);
  recorder.value()->add(shared(builder.take()));
  ASSERT_TRUE(recorder.value()->close().ok());
  SQLite::Database db((dir / "s.mpr").string());
  EXPECT_EQ(db.execAndGet("select count(*) from wait").getInt(), 1);
  EXPECT_EQ(db.execAndGet("select result from wait").getString(), "failed");
}

TEST(Recording, AnOpenWaitNamesTheHolderThatBecameKnownLater) {
  const TempDir dir;
  EventBuilder builder;
  const auto root = builder.root();
  const auto lock = builder.lock(root, "l");
  const auto other = builder.fork(root, "other");
  builder.wait_lock(other, lock);
  builder.add(EventBuilder::Kind::Held, root, {.object = lock.number, .c = 1});
  record(dir / "s.mpr", builder.batch());
  SQLite::Database db((dir / "s.mpr").string());
  EXPECT_EQ(
      db.execAndGet("select p.name from wait w join process p on p.id = w.blocker").getString(),
      "MainProcess");
}

TEST(Recording, CanBeReadWhileItIsWritten) {
  const TempDir dir;
  EventBuilder builder;
  builder.root();
  auto recorder = Recorder::create(dir / "s.mpr", {.commit_every = std::chrono::milliseconds(0)});
  recorder.value()->add(shared(builder.take()));
  while (recorder.value()->committed_events() == 0) std::this_thread::yield();
  const auto chunks = open(dir / "s.mpr");
  EXPECT_EQ(chunks->recording().events, 1U);
  EXPECT_FALSE(chunks->recording().complete);
}

TEST(Recording, MayBeginInTheMiddle) {
  const TempDir dir;
  EventBuilder builder;
  const auto made = support::deadlock_of_two(builder);
  Model model;
  model.apply(builder.take());
  auto recorder = Recorder::create(dir / "s.mpr");
  recorder.value()->begin_from(model);
  builder.note(made.left, "still here");
  recorder.value()->add(shared(builder.batch()));
  ASSERT_TRUE(recorder.value()->close().ok());
  model.apply(builder.batch());
  Session replay(open(dir / "s.mpr"));
  EXPECT_EQ(replay.newest().digest(), model.digest());
  replay.seek(0);
  EXPECT_EQ(replay.view().digest(), model.digest());
  SQLite::Database db((dir / "s.mpr").string());
  EXPECT_EQ(db.execAndGet("select count(*) from process").getInt(), 3);
}

TEST(Recording, KeepsVerdictAndAlarms) {
  const TempDir dir;
  auto recorder = Recorder::create(dir / "s.mpr");
  recorder.value()->set_alarms(
      {{"deadlock", 1, 0, "proven", "A waits for B", "{}"}, {"slow", 2, 3, "probable", "C", ""}});
  recorder.value()->set_alarms({{"deadlock", 1, 9, "proven", "A waits for B", "{}"}});
  recorder.value()->set_verdict("problem", "Worker-1 and Worker-2 wait for each other");
  ASSERT_TRUE(recorder.value()->close().ok());
  const auto chunks = open(dir / "s.mpr");
  EXPECT_EQ(chunks->recording().verdict, "Worker-1 and Worker-2 wait for each other");
  ASSERT_EQ(chunks->alarms().size(), 1U);
  EXPECT_EQ(chunks->alarms()[0].close_ns, 9U);
}

TEST(Recording, AnEarlierRecordingIsReplacedAndNothingElse) {
  const TempDir dir;
  EventBuilder builder;
  builder.root();
  record(dir / "s.mpr", builder.batch());
  record(dir / "s.mpr", builder.batch());
  EXPECT_EQ(open(dir / "s.mpr")->recording().events, 1U);
  std::ofstream(dir / "thesis.mpr") << "ten years of work, and not a recording at all, but longer "
                                       "than a hundred bytes, as it has to be for this";
  const auto refused = Recorder::create(dir / "thesis.mpr");
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.failure().message(), HasSubstr("not overwritten"));
  EXPECT_FALSE(Recorder::create(dir / "no" / "such" / "folder.mpr").ok());
}

TEST(Catalog, ListsRecordingsAndSaysWhatIsWrongWithTheOthers) {
  const TempDir dir;
  EventBuilder builder;
  builder.root();
  record(dir / "a.mpr", builder.batch());
  std::ofstream(dir / "b.mpr") << "garbage";
  std::ofstream(dir / "c.txt") << "not ours";
  auto entries = list_recordings(dir.path());
  ASSERT_EQ(entries.size(), 2U);
  std::sort(entries.begin(), entries.end(),
            [](const auto& a, const auto& b) { return a.path < b.path; });
  EXPECT_EQ(entries[0].info.hello.program, "pipeline");
  EXPECT_GT(entries[0].bytes, 0U);
  EXPECT_EQ(entries[0].problem, "");
  EXPECT_EQ(entries[1].problem, "this is not a recording of mp-inspector");
  EXPECT_TRUE(list_recordings(dir / "nowhere").empty());
}

// The figures of inspector/README.md.
TEST(Recording, SizePerEvent) {
  const TempDir dir;
  EventBuilder builder;
  std::mt19937_64 random(3);
  const auto root = builder.root();
  const auto queue = builder.queue(root, "jobs", 64);
  const auto lock = builder.lock(root, "index");
  const auto producer = builder.fork(root, "Producer");
  const auto consumer = builder.fork(root, "Consumer");
  const auto pause = [&](unsigned most) { return std::chrono::nanoseconds(random() % most); };
  const auto size = [&] { return static_cast<std::uint32_t>(100 + random() % 1000); };
  for (int i = 0; i < 40000; ++i) {
    builder.after(pause(20000)).put(producer, queue, size());
    builder.after(pause(5000)).wait_lock(consumer, lock);
    builder.after(pause(5000)).got(consumer, lock);
    builder.after(pause(5000)).get(consumer, queue, size());
    builder.after(pause(5000)).free(consumer, lock);
  }
  record(dir / "s.mpr", builder.batch());
  const auto events = static_cast<double>(builder.batch().events.size());
  SQLite::Database db((dir / "s.mpr").string());
  const double chunks = db.execAndGet("select sum(length(data)) from chunk").getDouble() / events;
  const double checkpoints =
      db.execAndGet("select sum(length(data)) from checkpoint").getDouble() / events;
  const double whole = static_cast<double>(std::filesystem::file_size(dir / "s.mpr")) / events;
  RecordProperty("chunk_bytes_per_event", std::to_string(chunks));
  RecordProperty("checkpoint_bytes_per_event", std::to_string(checkpoints));
  RecordProperty("file_bytes_per_event", std::to_string(whole));
  EXPECT_LT(chunks, 9.0);
  EXPECT_LT(whole, 12.0);
}

}  // namespace
