// Files that are no recordings, or no longer: one clear sentence, never a crash, never a hang.
#include "session/session.hpp"
#include "store/file_chunks.hpp"
#include "store/packed.hpp"
#include "store/recorder.hpp"
#include "support/child_scope.hpp"
#include "support/random_events.hpp"
#include "support/temp_dir.hpp"

#include <csignal>
#include <fstream>
#include <random>
#include <thread>

#include <sys/resource.h>

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace inspector::store;
using support::TempDir;
using testing::HasSubstr;
namespace fs = std::filesystem;

void record(const fs::path& path, std::size_t events) {
  auto recorder = Recorder::create(path, {.checkpoint_events = 4096});
  recorder.value()->add(std::make_shared<const mp::wire::Batch>([&] {
    auto batch = support::RandomEvents(5).batch(events);
    for (std::size_t i = 0; i < events; ++i) batch.events[i].t_ns = 1000 + i;
    return batch;
  }()));
  ASSERT_TRUE(recorder.value()->close().ok());
}

std::string refusal(const fs::path& path) {
  const auto opened = FileChunks::open(path);
  return opened.ok() ? "opened" : opened.failure().message();
}

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_file(const fs::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

TEST(BadRecording, IsRefusedInOneSentence) {
  const TempDir dir;
  EXPECT_THAT(refusal(dir / "missing.mpr"), HasSubstr("there is no such file"));
  EXPECT_THAT(refusal(dir.path()), HasSubstr("this is a folder"));
  write_file(dir / "empty.mpr", "");
  EXPECT_THAT(refusal(dir / "empty.mpr"), HasSubstr("the file is empty"));
  write_file(dir / "garbage.mpr", std::string(5000, 'g'));
  EXPECT_THAT(refusal(dir / "garbage.mpr"), HasSubstr("this is not a recording"));
  {
    SQLite::Database other((dir / "foreign.mpr").string(),
                           SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    other.exec("create table chunk(id)");
  }
  EXPECT_THAT(refusal(dir / "foreign.mpr"), HasSubstr("this is not a recording"));
}

TEST(BadRecording, ANewerFormatNamesBothVersions) {
  const TempDir dir;
  record(dir / "s.mpr", 100);
  SQLite::Database((dir / "s.mpr").string(), SQLite::OPEN_READWRITE)
      .exec("pragma user_version = 9");
  EXPECT_THAT(refusal(dir / "s.mpr"),
              HasSubstr("format 9, a newer mp-inspector made it; this one reads up to 1"));
}

TEST(BadRecording, EveryCutIsNoticed) {
  const TempDir dir;
  record(dir / "s.mpr", 9000);
  const std::string whole = read_file(dir / "s.mpr");
  for (std::size_t size = 0; size < whole.size(); size += 1009) {
    write_file(dir / "cut.mpr", whole.substr(0, size));
    ASSERT_NE(refusal(dir / "cut.mpr"), "opened") << size;
  }
}

TEST(BadRecording, AViewInTheGuiseOfATableIsRefused) {
  const TempDir dir;
  record(dir / "s.mpr", 100);
  {
    SQLite::Database db((dir / "s.mpr").string(), SQLite::OPEN_READWRITE);
    db.exec("drop table chunk");
    db.exec(
        "create view chunk as with recursive c(x) as (select 1 union all select x + 1 from c)"
        " select x as id, 0 as t0, 0 as t1, 0 as n, 0 as enc, 0 as raw_size, 0 as crc, '' as data "
        "from c");
  }
  EXPECT_THAT(refusal(dir / "s.mpr"), HasSubstr("the table 'chunk' is missing"));
}

TEST(BadRecording, ADamagedChunkIsAGapAndTheRestIsShown) {
  const TempDir dir;
  record(dir / "s.mpr", 3 * kChunkEvents);
  SQLite::Database((dir / "s.mpr").string(), SQLite::OPEN_READWRITE)
      .exec("update chunk set data = zeroblob(length(data)) where id = 2; delete from checkpoint");
  auto opened = FileChunks::open(dir / "s.mpr");
  ASSERT_TRUE(opened.ok());
  const FileChunks& chunks = *opened.value();
  inspector::session::History history(chunks);
  EXPECT_EQ(history.at(chunks.end_ns()).event_count(), 2 * kChunkEvents);
  EXPECT_EQ(chunks.damaged(), 1U);
}

TEST(BadRecording, ADamagedCheckpointCostsTimeOnly) {
  const TempDir dir;
  record(dir / "s.mpr", 4 * kChunkEvents);
  const auto whole = [&] {
    inspector::session::Session session(FileChunks::open(dir / "s.mpr").value());
    return session.newest().digest();
  };
  const std::uint64_t before = whole();
  SQLite::Database((dir / "s.mpr").string(), SQLite::OPEN_READWRITE)
      .exec("update checkpoint set data = substr(data, 1, length(data) / 2) where id > 1");
  EXPECT_EQ(whole(), before);
}

TEST(BadRecording, AnyBentByteIsSurvived) {
  const TempDir dir;
  record(dir / "s.mpr", 6000);
  const std::string whole = read_file(dir / "s.mpr");
  std::mt19937_64 random(9);
  std::size_t refused = 0;
  for (int round = 0; round < 300; ++round) {
    std::string bent = whole;
    for (std::uint64_t flips = 1 + random() % 20; flips > 0; --flips)
      bent[random() % bent.size()] = static_cast<char>(random());
    write_file(dir / "bent.mpr", bent);
    auto opened = FileChunks::open(dir / "bent.mpr");
    if (!opened.ok()) {
      ++refused;
      EXPECT_FALSE(opened.failure().text.empty());
      continue;
    }
    inspector::session::Session session(std::move(opened).value());
    session.seek(3000);
    (void)session.view().digest();
    (void)session.newest().digest();
  }
  RecordProperty("refused_of_300", static_cast<int>(refused));
}

TEST(BadRecording, AFullDiskEndsTheRecordingNotTheSession) {
  support::ChildScope child([] {
    const TempDir dir;
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{600'000, 600'000};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return 1;
    auto recorder = Recorder::create(dir / "s.mpr", {.commit_every = std::chrono::milliseconds(1)});
    if (!recorder.ok()) return 2;
    support::RandomEvents random(1);
    std::uint64_t t_ns = 1000;
    // Something is safe before the disk fills up, however slow this machine is.
    auto first = random.batch(10);
    for (auto& event : first.events) event.t_ns = ++t_ns;
    recorder.value()->add(std::make_shared<const mp::wire::Batch>(std::move(first)));
    while (recorder.value()->committed_events() == 0 && !recorder.value()->trouble())
      std::this_thread::yield();
    while (!recorder.value()->trouble()) {
      auto batch = random.batch(2000);
      for (auto& event : batch.events) event.t_ns = ++t_ns;
      recorder.value()->add(std::make_shared<const mp::wire::Batch>(std::move(batch)));
    }
    recorder.value()->add(std::make_shared<const mp::wire::Batch>(random.batch(10)));
    const auto closed = recorder.value()->close();
    if (closed.ok()) return 3;
    std::fprintf(stderr, "%s\n", closed.failure().text.c_str());
    const auto opened = FileChunks::open(dir / "s.mpr");
    if (!opened.ok()) return 4;
    return opened.value()->recording().events > 0 ? 0 : 5;
  });
  const auto& end = child.wait();
  EXPECT_TRUE(end.ok()) << end.text();
  EXPECT_THAT(end.output, HasSubstr("the recording ends here"));
}

TEST(BadRecording, OneThatCannotBeBegunLeavesNoFile) {
  support::ChildScope child([] {
    const TempDir dir;
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{8192, 8192};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return 1;
    if (Recorder::create(dir / "s.mpr").ok()) return 2;
    return fs::is_empty(dir.path()) ? 0 : 3;
  });
  EXPECT_TRUE(child.wait().ok()) << child.wait().text();
}

TEST(BadRecording, AFolderThatIsNotThereIsNamed) {
  const TempDir dir;

  const auto created = Recorder::create(dir / "no/such/s.mpr");

  ASSERT_FALSE(created.ok());
  EXPECT_EQ(created.failure().text, "there is no folder " + (dir / "no/such").string());
}

TEST(Packed, ComesBackAndNoticesDamage) {
  std::mt19937_64 random(4);
  for (const std::size_t size : {0U, 1U, 100U, 100000U}) {
    std::string raw(size, 'a');
    for (std::size_t i = 0; i < size / 2; ++i) raw[i] = static_cast<char>(random());
    const Packed packed = pack(raw);
    const auto encoding = static_cast<std::uint64_t>(packed.encoding);
    const auto back = unpack(encoding, packed.raw_size, packed.crc, packed.data, kMaxChunkBytes);
    ASSERT_TRUE(back.ok());
    EXPECT_EQ(back.value(), raw);
    EXPECT_FALSE(
        unpack(encoding, packed.raw_size + 1, packed.crc, packed.data, kMaxChunkBytes).ok());
    EXPECT_FALSE(
        unpack(encoding, packed.raw_size, packed.crc ^ 1, packed.data, kMaxChunkBytes).ok());
    EXPECT_FALSE(unpack(7, packed.raw_size, packed.crc, packed.data, kMaxChunkBytes).ok());
    EXPECT_FALSE(
        unpack(encoding, kMaxChunkBytes + 1, packed.crc, packed.data, kMaxChunkBytes).ok());
  }
}

}  // namespace
