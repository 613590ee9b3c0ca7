#include "probe/runtime/live_process.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/hex.hpp"
#include "os/clock.hpp"
#include "os/fork_hooks.hpp"
#include "os/identity.hpp"
#include "os/runtime_dir.hpp"
#include "os/shared_file.hpp"
#include "probe/probe.hpp"
#include "probe/runtime/call_sites.hpp"
#include "probe/runtime/left_files.hpp"
#include "probe/runtime/settings.hpp"
#include "wire/payload.hpp"

// Starts the tree's helper process, which reports to an inspector. Defined in proc/: the one call that goes upward,
// and only at link time. Weak, so that a program without it still runs.
extern "C" [[gnu::weak]] bool mp_start_helper(const char* tree_dir, const char* address) noexcept;

namespace mp::probe {
namespace {

constinit std::atomic<std::uint32_t> undecided_level{static_cast<std::uint32_t>(Level::Standby)};
constinit std::atomic<std::uint32_t> off_level{static_cast<std::uint32_t>(Level::Off)};

enum class Stage : std::uint32_t { Closed, Opening, Open };
constinit std::atomic<Stage> stage{Stage::Closed};
constinit std::atomic<std::uint32_t> handles{0};
LiveFile file;
Birthright right;
// So that a signal handler, or code that opening itself runs, does not wait for its own thread.
constinit thread_local bool opening_here = false;

template <typename T>
T* at(void* base, std::uint32_t offset) noexcept {
  return reinterpret_cast<T*>(static_cast<std::byte*>(base) + offset);
}

// What this process says of itself. Made by whoever opens the file first, and inherited: a forked
// child has the facts about the program, and the memory for saying it.
struct Introduction {
  std::string boot_id = os::boot_id();
  wire::ProcessInfo info;
  std::string payload;

  Introduction() {
    info.host = os::host_name();
    info.exe = os::executable(os::self().pid);
    info.command_line = os::command_line(os::self().pid);
  }
};
Introduction* introduction = nullptr;

// In the child: nothing of the parent's file may be written. Everything here is plain stores.
void forget_parents_file() {
  if (stage.load(std::memory_order_relaxed) == Stage::Closed) return;
  // Another thread was in the middle of it, which does not exist here.
  const bool was_opening = stage.load(std::memory_order_relaxed) == Stage::Opening;
  if (was_opening && !opening_here) introduction = nullptr;
  const bool was_open = stage.load(std::memory_order_relaxed) == Stage::Open && file.header != nullptr;
  Birthright next;
  if (was_open) {
    next = birthright_for_child(0);
    constexpr std::string_view kMark = " (fork)";
    const char* const name = file.header->name;
    const char* const name_end = std::find(name, name + sizeof next.name - kMark.size() - 1, '\0');
    kMark.copy(std::copy(name, name_end, next.name), kMark.size());
  }
  if (detail::level_word.load(std::memory_order_relaxed) != &off_level) {
    detail::level_word.store(&undecided_level, std::memory_order_relaxed);
  }
  detail::forget_writer_state(handles.load(std::memory_order_relaxed));
  forget_call_sites();
  forget_kept_files();
  right = next;
  // The mapping itself stays: unmapping is no business of a fork handler, and the next open() replaces the views.
  opening_here = false;
  stage.store(Stage::Closed, std::memory_order_release);
}

[[gnu::constructor(102)]] void hook_forks() {
  os::around_fork({.in_child = forget_parents_file});
}

void copy_text(char* into, std::size_t size, std::string_view text) noexcept {
  const std::size_t n = std::min(size - 1, text.size());
  std::memcpy(into, text.data(), n);
  into[n] = '\0';
}

// What every process writes; the rest is populated when it is first used.
bool populate_first_pages(void* base) noexcept {
  return os::populate(base, wire::kDeclarationsOffset + detail::kDeclarationsReady);
}

// A forked child has the directory from its parent.
bool find_tree_dir() {
  std::string_view dir = right.tree_dir;
  std::string made;
  if (dir.empty()) {
    const auto runtime_dir = os::make_runtime_dir();
    if (!runtime_dir) return false;
    forget_old_trees(*runtime_dir);
    made = *runtime_dir + '/' + hex16(right.root);
    os::make_private_dir(made);
    dir = made;
  }
  constexpr std::string_view kSuffix = ".mpi";
  if (dir.size() + 1 + kHexDigits + kSuffix.size() >= sizeof file.path) return false;
  copy_text(file.tree_dir, sizeof file.tree_dir, dir);
  char* place = std::copy(dir.begin(), dir.end(), file.path);
  *place++ = '/';
  place = put_hex16(place, right.puid);
  *std::copy(kSuffix.begin(), kSuffix.end(), place) = '\0';
  return true;
}

void* create_file() {
  if (!find_tree_dir()) return nullptr;
  void* base = os::create_shared_file(file.path, wire::kLiveFileBytes);
  if (base != nullptr && !populate_first_pages(base)) {
    os::unmap(base, wire::kLiveFileBytes);
    os::remove_file(file.path);
    base = nullptr;
  }
  if (base == nullptr && right.method == wire::StartMethod::Root) os::remove_dir(file.tree_dir);
  return base;
}

void fill_header(wire::LiveHeader& header) {
  const os::ProcessId self = os::self();
  std::memcpy(header.magic, wire::kLiveMagic, sizeof header.magic);
  header.version = wire::kLiveVersion;
  header.file_bytes = wire::kLiveFileBytes;
  header.puid = right.puid;
  header.parent = right.parent;
  header.root = right.root;
  header.start_ticks = self.start_ticks;
  header.born_ns = os::monotonic_ns();
  header.pid = self.pid;
  header.parent_pid = right.parent_pid;
  header.inherited_upto = right.inherited_upto;
  header.method = static_cast<std::uint8_t>(right.method);
  header.daemon = right.daemon ? 1 : 0;
  copy_text(header.boot_id, sizeof header.boot_id, introduction->boot_id);
  copy_text(header.name, sizeof header.name, right.name);
}

std::string_view hello_payload(const wire::LiveHeader& header) {
  auto& [boot_id, info, payload] = *introduction;
  info.pid = header.pid;
  info.parent_pid = header.parent_pid;
  info.start_ticks = header.start_ticks;
  info.parent = header.parent;
  info.root = header.root;
  info.born_ns = header.born_ns;
  info.inherited_upto = header.inherited_upto;
  info.level = static_cast<std::uint16_t>(right.level);
  info.method = header.method;
  info.daemon = header.daemon;
  info.name = header.name;
  payload = wire::encode(info, std::move(payload));
  return payload;
}

void leave_at_exit(int status);

void complain_once() noexcept {
  static std::atomic_flag said;
  if (said.test_and_set()) return;
  std::fputs("libmp: no place for the live file (XDG_RUNTIME_DIR, /dev/shm and /tmp are full or not writable); "
             "this program runs on unobserved\n", stderr);
}

bool open_file() {
  // Children do as their tree does, whatever has become of the environment.
  const Settings settings = right.root == 0 ? settings_from_environment() : Settings{};
  if (right.puid == 0) right.puid = os::random_u64();
  if (right.root == 0) {
    right.root = right.puid;
    if (settings.is_level_wrong)
      std::fputs("libmp: MP_INSPECT_LEVEL must be 1 (stand-by), 2 (normal) or 3 (full), and counts for nothing\n", stderr);
    right.level = static_cast<std::uint32_t>(settings.level);
    right.method = wire::StartMethod::Root;
    copy_text(right.name, sizeof right.name, "MainProcess");
  }
  if (settings.level == Level::Off) return false;
  // A forked child still maps its parent's file; nothing points there any more.
  if (file.header != nullptr) os::unmap(file.header, wire::kLiveFileBytes);
  file.header = nullptr;
  void* base = create_file();
  if (base == nullptr) {
    complain_once();
    return false;
  }
  if (introduction == nullptr) introduction = new Introduction;
  file.header = at<wire::LiveHeader>(base, wire::kHeaderOffset);
  file.control = at<wire::LiveControl>(base, wire::kControlOffset);
  file.declarations = at<std::byte>(base, wire::kDeclarationsOffset);
  file.threads = at<wire::ThreadSlot>(base, wire::kThreadsOffset);
  file.objects = at<wire::ObjectSlot>(base, wire::kObjectsOffset);
  file.ring = at<wire::RingSlot>(base, wire::kRingOffset);
  file.wait_sets = at<wire::WaitSetSlot>(base, wire::kWaitSetsOffset);
  fill_header(*file.header);
  file.control->level.store(right.level, std::memory_order_relaxed);
  file.control->watcher.store(right.watcher, std::memory_order_relaxed);
  declare(file, wire::EventKind::Hello, wire::kNoThread, 0, 0, 0, hello_payload(*file.header));
  if (right.method == wire::StartMethod::Root) os::at_exit(leave_at_exit);
  if (settings.report && right.method == wire::StartMethod::Root && mp_start_helper != nullptr) {
    // Watched from now on: a short-lived tree must not take its files with it before the helper has read them.
    constexpr std::uint32_t kHelperToCome = 1;
    file.control->watcher.store(kHelperToCome, std::memory_order_relaxed);
    if (!mp_start_helper(file.tree_dir, settings.address.c_str())) {
      file.control->watcher.store(0, std::memory_order_relaxed);
    }
  }
  return true;
}

void open_once() noexcept {
  const int saved = errno;
  bool opened = false;
  try {
    opened = open_file();
  } catch (...) {
    complain_once();  // out of memory while opening: unobserved is better than dead
  }
  detail::level_word.store(opened ? &file.control->level : &off_level, std::memory_order_release);
  if (!opened) file.header = nullptr;
  stage.store(Stage::Open, std::memory_order_release);
  errno = saved;
}

void leave_at_exit(int status) { detail::leave(status); }

}  // namespace

namespace detail {
constinit std::atomic<const std::atomic<std::uint32_t>*> level_word{&undecided_level};
}  // namespace detail

const LiveFile* live() noexcept {
  Stage seen = stage.load(std::memory_order_acquire);
  if (seen == Stage::Closed && stage.compare_exchange_strong(seen, Stage::Opening)) {
    opening_here = true;
    open_once();
    opening_here = false;
    seen = Stage::Open;
  }
  // Another thread opens it: a millisecond once in a process's life, against facts that would be lost uncounted.
  while (seen == Stage::Opening && !opening_here) {
    os::yield_thread();
    seen = stage.load(std::memory_order_acquire);
  }
  return seen == Stage::Open && file.header != nullptr ? &file : nullptr;
}

const LiveFile* live_if_open() noexcept {
  return stage.load(std::memory_order_acquire) == Stage::Open && file.header != nullptr ? &file : nullptr;
}

void set_birthright(const Birthright& given) noexcept { right = given; }

const Birthright& inherited_birthright() noexcept { return right; }

Birthright birthright_for_child(std::uint64_t puid) noexcept {
  Birthright child;
  child.puid = puid;
  child.method = wire::StartMethod::Fork;
  child.inherited_upto = handles.load(std::memory_order_relaxed);
  const LiveFile* mine = live_if_open();
  if (mine == nullptr) return child;
  child.parent = mine->header->puid;
  child.root = mine->header->root;
  child.parent_pid = mine->header->pid;
  child.level = mine->control->level.load(std::memory_order_relaxed);
  child.watcher = mine->control->watcher.load(std::memory_order_relaxed);
  std::memcpy(child.tree_dir, mine->tree_dir, sizeof child.tree_dir);
  return child;
}

void abandon() noexcept {
  detail::level_word.store(&off_level, std::memory_order_relaxed);
  file.header = nullptr;
}

std::uint32_t next_handle() noexcept { return handles.fetch_add(1, std::memory_order_relaxed) + 1; }

}  // namespace mp::probe
