#include "app/machine.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "os/clock.hpp"
#include "os/identity.hpp"
#include "os/process_id.hpp"
#include "os/runtime_dir.hpp"
#include "store/catalog.hpp"

namespace inspector::app {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kLookEveryNs = 1'000'000'000;

std::vector<present::DemoFacts> demos() {
  const bool there = !Machine::demo_program().empty();
  return {{"deadlock", "Deadlock", "Two workers take two locks in opposite order.", there},
          {"slow", "Slow consumer", "One consumer is slower than its producers; the queue fills up.", there},
          {"kill", "Killed worker", "A worker gets SIGKILL while it holds a lock; the others repair and go on.", there},
          {"ok", "All is well", "The same program when nothing goes wrong.", there}};
}

std::string program_name(const mp::report::FoundTree& tree) {
  return tree.program.empty() ? "pid " + std::to_string(tree.root_pid) : tree.program;
}

}  // namespace

Machine::Machine(std::string recordings) : recordings_(std::move(recordings)) { facts_.demos = demos(); }

std::string Machine::demo_program() {
  std::error_code ignored;
  const fs::path beside = fs::path(mp::os::executable(mp::os::self().pid)).parent_path() / "pipeline";
  return fs::exists(beside, ignored) ? beside.string() : std::string();
}

std::string Machine::recordings_folder() {
  const char* data = std::getenv("XDG_DATA_HOME");
  const char* home = std::getenv("HOME");
  fs::path base = data != nullptr && *data == '/' ? fs::path(data) : fs::path(home != nullptr ? home : "/tmp") / ".local/share";
  return (base / "mp-inspector").string();
}

void Machine::look(std::uint64_t now_ns) {
  if (looked_ns_ != 0 && now_ns - looked_ns_ < kLookEveryNs) return;
  looked_ns_ = now_ns;
  const auto dirs = mp::os::runtime_dirs();
  facts_.folder = dirs.empty() ? std::string() : dirs.front();
  look_at_trees(now_ns);
  look_at_recordings();
}

void Machine::look_at_trees(std::uint64_t now_ns) {
  facts_.running.clear();
  facts_.recoverable.clear();
  trees_.clear();
  for (const auto& tree : mp::report::find_trees()) {
    const std::uint64_t age = tree.same_boot && tree.born_ns != 0 ? now_ns - std::min(now_ns, tree.born_ns) : 0;
    if (tree.alive == 0) {
      const std::uint64_t silence = tree.same_boot ? now_ns - std::min(now_ns, tree.last_sign_ns) : 0;
      facts_.recoverable.push_back({.path = tree.dir, .name = program_name(tree), .processes = tree.dead,
                                    .silent_ns = static_cast<std::int64_t>(silence)});
      continue;
    }
    trees_[tree.root] = tree.dir;
    facts_.running.push_back({.id = tree.root, .pid = tree.root_pid, .name = program_name(tree),
                              .command = tree.command_line, .age_ns = static_cast<std::int64_t>(age), .processes = tree.alive});
  }
  std::ranges::sort(facts_.recoverable, {}, &present::RecoverableFacts::silent_ns);
}

void Machine::look_at_recordings() {
  facts_.recordings.clear();
  const auto now = static_cast<std::int64_t>(mp::os::realtime_ns());
  for (const store::CatalogEntry& entry : store::list_recordings(recordings_)) {
    const auto started = static_cast<std::int64_t>(entry.info.started_realtime_ns());
    present::StoredFacts stored{.path = entry.path.string(),
                                .name = entry.path.filename().string(),
                                .age_ns = started != 0 ? now - started : 0,
                                .duration_ns = static_cast<std::int64_t>(entry.info.end_ns - entry.info.begin_ns),
                                .bytes = entry.bytes,
                                .obstacle = entry.problem};
    const std::string& severity = entry.info.verdict_severity;
    if (!severity.empty()) {
      const auto tone = severity == "ok" ? present::Tone::Ok : severity == "problem" ? present::Tone::Alarm : present::Tone::Warning;
      stored.verdicts.push_back({severity, tone});
    }
    facts_.recordings.push_back(std::move(stored));
  }
}

std::string Machine::tree_of(std::uint64_t running) const {
  const auto found = trees_.find(running);
  return found == trees_.end() ? std::string() : found->second;
}

}  // namespace inspector::app
