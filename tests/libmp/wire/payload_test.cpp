#include "wire/payload.hpp"

#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

namespace {

namespace wire = mp::wire;

const wire::ProcessInfo kProcess{.pid = 1,
                                 .parent_pid = 2,
                                 .start_ticks = 3,
                                 .parent = 4,
                                 .root = 5,
                                 .born_ns = 6,
                                 .inherited_upto = 7,
                                 .level = 8,
                                 .method = 1,
                                 .daemon = 1,
                                 .name = "Worker-1",
                                 .exe = "pipeline",
                                 .command_line = "pipeline ok",
                                 .host = "here"};
const wire::ObjectInfo kObject{.kind = wire::ObjectKind::Queue,
                               .how = 2,
                               .device = 3,
                               .inode = 4,
                               .offset = 5,
                               .capacity = 6,
                               .name = "jobs",
                               .site = "a.cpp:1"};
const wire::ObjectCounters kCounters{1, 2, 3, 4, 5, 6, 7, ~0ULL};
const wire::PeerInfo kPeer{1, 2, 3, 4, "127.0.0.1:6000", "127.0.0.1:40312"};
const wire::SampleInfo kSample{1, 2, 3, 4};
const wire::ForkRisk kRisk{1, 2, 1, 4, "ledger, accounts", "stdout", "7 (/dev/null)"};

const wire::WaitSet kWaitSet{.count = 20,
                             .things = {{.object = 3}, {.process = ~std::uint64_t{0}}, {}}};
const wire::CallSite kSite{.line = 41,
                           .file = "/src/transfer.cpp",
                           .function = "transfer",
                           .modules = {{"/bin/bank", "c0ffee"}, {"/lib/libledger.so", "beef"}},
                           .calls = {{0, 0x1234}, {1, 0x5678}, {0, 0x9abc}}};

TEST(Payload, RecordsComeBackAsTheyWere) {
  EXPECT_EQ(wire::decode_process_info(encode(kProcess)), kProcess);
  EXPECT_EQ(wire::decode_object_info(encode(kObject)), kObject);
  EXPECT_EQ(wire::decode_object_counters(encode(kCounters)), kCounters);
  EXPECT_EQ(wire::decode_peer_info(encode(kPeer)), kPeer);
  EXPECT_EQ(wire::decode_sample_info(encode(kSample)), kSample);
  EXPECT_EQ(wire::decode_fork_risk(encode(kRisk)), kRisk);
  EXPECT_EQ(wire::decode_call_site(encode(kSite)), kSite);
  EXPECT_EQ(wire::decode_wait_set(encode(kWaitSet)), kWaitSet);
}

TEST(Payload, EveryShorterRecordIsRefused) {
  for (std::size_t size = 0; size < encode(kProcess).size(); ++size) {
    EXPECT_FALSE(wire::decode_process_info(encode(kProcess).substr(0, size))) << size;
  }
  for (std::size_t size = 0; size < encode(kObject).size(); ++size) {
    EXPECT_FALSE(wire::decode_object_info(encode(kObject).substr(0, size))) << size;
  }
  for (std::size_t size = 0; size < encode(kRisk).size(); ++size) {
    EXPECT_FALSE(wire::decode_fork_risk(encode(kRisk).substr(0, size))) << size;
  }
  for (std::size_t size = 0; size < encode(kSite).size(); ++size) {
    EXPECT_FALSE(wire::decode_call_site(encode(kSite).substr(0, size))) << size;
  }
  for (std::size_t size = 0; size < encode(kPeer).size(); ++size) {
    EXPECT_FALSE(wire::decode_peer_info(encode(kPeer).substr(0, size))) << size;
  }
  EXPECT_FALSE(wire::decode_object_counters(encode(kCounters).substr(1)));
  EXPECT_FALSE(wire::decode_sample_info(""));
}

TEST(Payload, FieldsOfANewerVersionAreIgnored) {
  EXPECT_EQ(wire::decode_process_info(encode(kProcess) + "more"), kProcess);
  EXPECT_EQ(wire::decode_sample_info(encode(kSample) + "more"), kSample);
}

TEST(Payload, AStringThatClaimsMoreThanThereIsIsRefused) {
  std::string bytes = encode(kObject);
  const std::size_t length_at = bytes.size() - kObject.site.size() - 4;
  bytes[length_at + 3] = '\xff';
  EXPECT_FALSE(wire::decode_object_info(bytes));
}

TEST(Payload, AListThatClaimsMoreThanAnyoneWritesIsRefused) {
  wire::CallSite site = kSite;
  site.calls.resize(64);
  EXPECT_TRUE(wire::decode_call_site(encode(site)));
  site.calls.resize(65);
  EXPECT_FALSE(wire::decode_call_site(encode(site)));
}

TEST(Payload, LongStringsAreCut) {
  wire::ProcessInfo info;
  info.command_line = std::string(10000, 'x');
  EXPECT_EQ(wire::decode_process_info(encode(info))->command_line.size(), 4096U);
}

TEST(Names, UnknownValuesSayTheirNumber) {
  EXPECT_EQ(wire::kind_name(wire::EventKind::LockWait), "LockWait");
  EXPECT_EQ(wire::kind_name(static_cast<wire::EventKind>(212)), "kind 212");
  EXPECT_EQ(wire::state_name(wire::ThreadState::QueueGet), "queue-get");
  EXPECT_EQ(wire::object_kind_name(wire::ObjectKind::JoinableQueue), "JoinableQueue");
  EXPECT_EQ(wire::start_method_name(wire::StartMethod::Forkserver), "forkserver");
}

// events.md is the contract with whoever reads a recording: it names exactly the kinds that exist.
TEST(EventsDoc, ListsEveryKindWithItsNumber) {
  std::ifstream file(EVENTS_DOC);
  ASSERT_TRUE(file) << EVENTS_DOC;
  std::stringstream text;
  text << file.rdbuf();
  const std::string doc = text.str();
  const std::regex row(R"(\n\| (\d+) \| `(\w+)` \|)");
  std::set<std::pair<unsigned, std::string>> listed;
  for (std::sregex_iterator it(doc.begin(), doc.end(), row), end; it != end; ++it) {
    listed.emplace(static_cast<unsigned>(std::stoul((*it)[1])), (*it)[2]);
  }
  std::set<std::pair<unsigned, std::string>> known;
  for (unsigned number = 1; number < 1024; ++number) {
    const std::string name = wire::kind_name(static_cast<wire::EventKind>(number));
    if (name != "kind " + std::to_string(number)) known.emplace(number, name);
  }
  EXPECT_EQ(listed, known);
}

}  // namespace
