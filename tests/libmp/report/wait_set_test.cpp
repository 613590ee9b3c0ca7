// What a thread waits for in mp::wait, as whoever looks from outside finds it.
#include "report/tree_reader.hpp"
#include "support/observed_child.hpp"
#include "wire/payload.hpp"
#include <libmp/libmp.hpp>
#include <libmp/listener.hpp>
#include <libmp/wait.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mp::report {
namespace {

using namespace std::chrono_literals;
using support::ObservedChild;
using wire::EventKind;

// All that is told of a tree until `count` threads have said what they wait for.
class Story {
 public:
  Story(const ObservedChild& scene, std::size_t count) {
    const auto deadline = std::chrono::steady_clock::now() + 30s;
    std::optional<TreeReader> reader;
    while (sets_.size() < count && std::chrono::steady_clock::now() < deadline) {
      const std::string dir = scene.tree_dir();
      if (!reader && !dir.empty()) reader.emplace(dir, TreeOptions{.watch = false});
      if (reader) learn(reader->poll());
      std::this_thread::yield();
    }
  }

  // "Connection", "Queue" and so on, "Process 2" for the second that was started, "?".
  [[nodiscard]] std::vector<std::string> of(std::size_t process) const {
    std::vector<std::string> words;
    const auto set = sets_.find(process < puids_.size() ? puids_[process] : 0);
    if (set == sets_.end()) return {"nothing was told"};
    for (const wire::Awaited& thing : set->second.things) {
      const auto kind = kinds_.find({set->first, thing.object});
      const auto puid = std::find(puids_.begin(), puids_.end(), thing.process);
      words.push_back(puid != puids_.end()   ? "Process " + std::to_string(puid - puids_.begin())
                      : kind != kinds_.end() ? wire::object_kind_name(kind->second)
                                             : "?");
    }
    return words;
  }
  [[nodiscard]] std::uint32_t count_of(std::size_t process) const {
    const auto set = sets_.find(puids_.at(process));
    return set == sets_.end() ? 0 : set->second.count;
  }

 private:
  void learn(const wire::Batch& batch) {
    for (const wire::Event& event : batch.events) {
      const std::string_view payload = batch.payload_of(event);
      if (event.kind == EventKind::Hello) puids_.push_back(event.process);
      if (event.kind == EventKind::Declare)
        kinds_[{event.process, event.object}] = wire::decode_object_info(payload)->kind;
      if (event.kind == EventKind::WaitSet) sets_[event.process] = *wire::decode_wait_set(payload);
    }
  }

  std::vector<std::uint64_t> puids_;
  std::map<std::pair<std::uint64_t, std::uint32_t>, wire::ObjectKind> kinds_;
  std::map<std::uint64_t, wire::WaitSet> sets_;  // by puid, the newest
};

int end_of(ObservedChild& scene) {
  scene.child().signal_group(SIGKILL);
  return scene.child().wait().signal.value_or(0);
}

// The child waits for its parent's end, the parent for the child's, a message, an item, a client,
// and a descriptor of which nothing is known.
TEST(WaitSet, NamesEachThingThatIsWaitedFor) {
  ObservedChild scene([] {
    Queue<int> jobs(QueueOptions{.name = "jobs"});
    const Listener door;
    auto [listening, speaking] = Pipe();
    auto [quiet, other_end] = Pipe();
    Process watcher([] { (void)wait({parent_process()->sentinel()}); });
    watcher.start();
    (void)wait({listening, jobs, door, watcher.sentinel(), quiet.fileno()});
    return 0;
  });
  const Story story(scene, 2);

  EXPECT_THAT(story.of(0),
              ::testing::ElementsAre("Connection", "Queue", "Listener", "Process 1", "?"));
  EXPECT_THAT(story.of(1), ::testing::ElementsAre("Process 0"));
  EXPECT_EQ(end_of(scene), SIGKILL);
}

TEST(WaitSet, OfManyThingsListsTheFirstAndCountsAll) {
  ObservedChild scene([] {
    std::vector<std::pair<Connection, Connection>> pipes;
    std::vector<Waitable> ends;
    for (int i = 0; i < 200; ++i) pipes.push_back(Pipe());
    for (const auto& [one, other] : pipes) ends.emplace_back(one);
    (void)wait(ends);
    return 0;
  });
  const Story story(scene, 1);

  EXPECT_THAT(story.of(0), ::testing::ElementsAreArray(
                               std::vector<std::string>(wire::kAwaitedListed, "Connection")));
  EXPECT_EQ(story.count_of(0), 200U);
  EXPECT_EQ(end_of(scene), SIGKILL);
}

TEST(WaitSet, IsStillThereAfterSigkill) {
  ObservedChild scene([] {
    auto [listening, speaking] = Pipe();
    (void)wait({listening});
    return 0;
  });
  const Story story(scene, 1);
  ASSERT_EQ(end_of(scene), SIGKILL);

  TreeReader reader(scene.tree_dir(), {.watch = false});
  EXPECT_THAT(support::of_kind(reader.poll(), EventKind::WaitSet), ::testing::SizeIs(1));
}

}  // namespace
}  // namespace mp::report
