#include "report/tree_reader.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include "os/clock.hpp"
#include "os/identity.hpp"
#include "os/watch.hpp"
#include "os/runtime_dir.hpp"
#include "wire/payload.hpp"

namespace mp::report {
namespace {

using wire::EventKind;

constexpr std::uint64_t kSampleEveryNs = 1'000'000'000;
constexpr std::uint64_t kTrackerNs = 2'000'000'000;  // in which the tracker has cleaned up behind a tree
constexpr std::string_view kSuffix = ".mpi";

}  // namespace

TreeReader::TreeReader(std::string tree_dir, TreeOptions options) : dir_(std::move(tree_dir)), options_(options) {}

TreeReader::~TreeReader() {
  if (options_.watch) leave_files();
}

wire::Batch TreeReader::poll() {
  find_new_files();
  look_for_deaths();
  wire::Batch page;
  for (auto& [name, member] : members_) {
    if (!member.dead || just_died(name)) member.reader.read_page(page, os::monotonic_ns(), member.dead);
  }
  // From here on whatever a process does is younger than what its page has just said.
  const std::uint64_t page_ns = os::monotonic_ns();
  wire::Batch news = std::move(later_);
  later_ = {};
  for (auto& [name, member] : members_) {
    if (!member.dead || just_died(name)) member.reader.read_news(news, page_ns, member.dead);
  }
  read_the_reaped(page, news, page_ns);
  const wire::Batch now = split_page(page, news, page_ns);
  wire::Batch out;
  merge(news, page_ns, out);
  for (const wire::Event& event : now.events) out.add(event, now.payload_of(event));
  take_samples(out, page_ns);
  for (const std::string& name : just_died_) say_gone(members_.at(name), out, page_ns);
  just_died_.clear();
  blocks_.learn(out);
  blocks_.look(out, page_ns);
  if (!all_dead()) {
    all_dead_since_ns_ = 0;
  } else if (all_dead_since_ns_ == 0) {
    all_dead_since_ns_ = page_ns;
  }
  out.add({.t_ns = page_ns, .process = members_.empty() ? 0 : hello().tree, .kind = EventKind::Tick});
  told_upto_ns_ = page_ns;
  return out;
}

bool TreeReader::just_died(const std::string& name) const {
  return std::find(just_died_.begin(), just_died_.end(), name) != just_died_.end();
}

// Who was reaped while this poll was reading has ended: its last page and its last words are read now, for they must
// not come after its end.
void TreeReader::read_the_reaped(wire::Batch& page, wire::Batch& news, std::uint64_t page_ns) {
  std::vector<std::uint64_t> reaped;
  for (const wire::Event& event : news.events) {
    if (event.kind == EventKind::Reap) reaped.push_back(event.a);
  }
  for (auto& [name, member] : members_) {
    if (member.dead || std::find(reaped.begin(), reaped.end(), member.reader.identity().puid) == reaped.end()) continue;
    member.dead = true;
    just_died_.push_back(name);
    member.reader.read_page(page, page_ns, true);
    member.reader.read_news(news, page_ns, true);
  }
}

// A living process's page speaks of this moment, and is returned; that of a dead one of its end, and joins the news: a
// lock that it freed last of all is free when its parent reaps it.
wire::Batch TreeReader::split_page(const wire::Batch& page, wire::Batch& news, std::uint64_t page_ns) const {
  std::map<std::uint64_t, std::uint64_t> end_of;  // by puid
  for (const std::string& name : just_died_) {
    const LiveReader& reader = members_.at(name).reader;
    const std::uint64_t end_ns = reader.ending().t_ns;
    end_of[reader.identity().puid] = end_ns == 0 ? page_ns : std::min(end_ns, page_ns);
  }
  wire::Batch now;
  for (wire::Event event : page.events) {
    const auto end = end_of.find(event.process);
    event.t_ns = end == end_of.end() ? page_ns : end->second;
    (end == end_of.end() ? now : news).add(event, page.payload_of(event));
  }
  return now;
}

void TreeReader::find_new_files() {
  for (std::string& name : os::list_dir(dir_)) {
    if (!name.ends_with(kSuffix) || members_.contains(name) || refused_.contains(name)) continue;
    auto reader = LiveReader::open(dir_ + "/" + name);
    if (!reader.ok()) {
      if (reader.failure().code != FailureCode::NotFound) refused_.insert(std::move(name));
      continue;
    }
    Member member{.reader = std::move(reader).value(), .pidfd = {}};
    if (options_.watch) member.reader.set_watcher(os::self().pid);
    if (level_ != 0) member.reader.set_level(level_);
    member.pidfd = os::watch_process(member.reader.identity().process);
    members_.emplace(std::move(name), std::move(member));
  }
}

void TreeReader::look_for_deaths() {
  for (auto& [name, member] : members_) {
    if (member.dead || (member.pidfd.valid() && !os::has_ended(member.pidfd))) continue;
    member.dead = true;
    just_died_.push_back(name);
  }
}

void TreeReader::say_gone(Member& member, wire::Batch& into, std::uint64_t now_ns) {
  const LiveIdentity& who = member.reader.identity();
  const LiveEnding ending = member.reader.ending();
  std::uint32_t code = wire::kUnknownExit;
  if (ending.exited || ending.reaped) {
    code = static_cast<std::uint32_t>(ending.code);
  } else if (const auto status = os::process_status(who.process.pid); status && status->id == who.process &&
                                                                      status->wait_status) {
    const int raw = *status->wait_status;
    code = static_cast<std::uint32_t>((raw & 0x7f) != 0 ? -(raw & 0x7f) : (raw >> 8) & 0xff);
  }
  into.add({.t_ns = now_ns, .process = who.puid, .a = ending.t_ns, .c = code, .kind = EventKind::Gone});
}

void TreeReader::take_samples(wire::Batch& into, std::uint64_t now_ns) {
  for (auto& [name, member] : members_) {
    if (member.dead || now_ns < member.next_sample_ns) continue;
    member.next_sample_ns = now_ns + kSampleEveryNs;
    const LiveIdentity& who = member.reader.identity();
    const auto status = os::process_status(who.process.pid);
    if (!status || status->id != who.process) continue;
    const wire::SampleInfo sample{status->cpu_ns, status->rss_bytes, status->threads, os::count_fds(who.process.pid)};
    into.add({.t_ns = now_ns, .process = who.puid, .kind = EventKind::Sample}, wire::encode(sample));
  }
}

// Sorts by time what is not younger than `upto_ns`; keeps the rest for the next call. A straggler, stamped before the
// moment that was told already, is moved up to it: the stream never runs backwards.
void TreeReader::merge(wire::Batch& news, std::uint64_t upto_ns, wire::Batch& out) {
  std::stable_sort(news.events.begin(), news.events.end(),
                   [](const wire::Event& a, const wire::Event& b) { return a.t_ns < b.t_ns; });
  for (wire::Event& event : news.events) {
    const std::string_view payload = news.payload_of(event);
    if (event.t_ns > upto_ns) {
      later_.add(event, payload);
    } else {
      event.t_ns = std::max(event.t_ns, told_upto_ns_);
      out.add(event, payload);
    }
  }
}

bool TreeReader::all_dead() const noexcept {
  return !members_.empty() &&
         std::all_of(members_.begin(), members_.end(), [](const auto& entry) { return entry.second.dead; });
}

bool TreeReader::finished() const noexcept {
  const bool is_settled =
      !blocks_.has_names() || (all_dead_since_ns_ != 0 && told_upto_ns_ >= all_dead_since_ns_ + kTrackerNs);
  return all_dead() && just_died_.empty() && later_.events.empty() && is_settled;
}

wire::HelloFrame TreeReader::hello() const {
  wire::HelloFrame frame;
  frame.monotonic_ns = os::monotonic_ns();
  frame.realtime_ns = os::realtime_ns();
  frame.host = os::host_name();
  for (const auto& [name, member] : members_) {
    const LiveIdentity& who = member.reader.identity();
    frame.tree = who.root;
    if (who.puid != who.root) continue;
    frame.root_pid = who.process.pid;
    frame.boot_id = who.boot_id;
    frame.command_line = os::command_line(who.process.pid);
    const std::string exe = os::executable(who.process.pid);
    frame.program = exe.substr(exe.rfind('/') + 1);
    break;
  }
  return frame;
}

void TreeReader::set_level(std::uint32_t level) {
  level_ = level;
  for (auto& [name, member] : members_) member.reader.set_level(level);
}

// Nobody watches any more. A process that ends well either sees that and removes its file, or has said before that it
// ends, and then it is done here: one of the two always sees the other.
void TreeReader::leave_files() noexcept {
  for (auto& [name, member] : members_) {
    member.reader.set_watcher(0);
    const LiveEnding ending = member.reader.ending();
    if ((ending.exited || ending.reaped) && ending.code == 0) os::remove_file(member.reader.path().c_str());
  }
  os::remove_dir(dir_.c_str());
}

// --- discovery -----------------------------------------------------------------------------------------------------

namespace {

void add_member(FoundTree& tree, const LiveReader& reader) {
  const LiveIdentity& who = reader.identity();
  tree.same_boot = who.boot_id == os::boot_id();
  ++(tree.same_boot && os::is_alive(who.process) ? tree.alive : tree.dead);
  tree.root = who.root;
  tree.last_sign_ns = std::max(tree.last_sign_ns, reader.last_sign_ns());
  const bool is_root = who.puid == who.root;
  if (!is_root && !tree.program.empty()) return;
  if (const auto info = reader.introduction()) {
    tree.program = info->exe.substr(info->exe.rfind('/') + 1);
    tree.command_line = info->command_line;
  }
  if (!is_root) return;
  tree.root_pid = who.process.pid;
  tree.born_ns = who.born_ns;
}

}  // namespace

std::vector<FoundTree> find_trees() {
  std::vector<FoundTree> out;
  for (const std::string& base : os::runtime_dirs()) {
    for (const std::string& name : os::list_dir(base)) {
      FoundTree tree;
      tree.dir = base + "/" + name;
      for (const std::string& file : os::list_dir(tree.dir)) {
        if (!file.ends_with(kSuffix)) continue;
        if (const auto reader = LiveReader::open(tree.dir + "/" + file); reader.ok()) {
          add_member(tree, reader.value());
        }
      }
      if (tree.root != 0) out.push_back(std::move(tree));
    }
  }
  std::sort(out.begin(), out.end(), [](const FoundTree& a, const FoundTree& b) { return a.born_ns > b.born_ns; });
  return out;
}

FoundTree find_tree_of(std::uint32_t pid) {
  for (FoundTree& tree : find_trees()) {
    for (const std::string& file : os::list_dir(tree.dir)) {
      const auto reader = LiveReader::open(tree.dir + "/" + file);
      if (reader.ok() && reader.value().identity().process.pid == pid && os::is_alive(reader.value().identity().process)) {
        return std::move(tree);
      }
    }
  }
  return {};
}

}  // namespace mp::report
