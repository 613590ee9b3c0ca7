#include "proc/finalizers.hpp"

#include "os/child.hpp"
#include "os/fork_hooks.hpp"
#include "proc/child_main.hpp"
#include "proc/family.hpp"
#include <libmp/exceptions.hpp>
#include <libmp/finalize.hpp>

#include <atomic>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

namespace mp {

struct Finalize::Entry {
  explicit Entry(std::function<void()> what) : callback(std::move(what)) {}

  enum class State : std::uint8_t { Active, Running, Done };

  [[nodiscard]] bool is_ours() const noexcept { return owner == os::own_pid(); }

  // Whoever gets true calls, and says so when it is done.
  bool take() noexcept {
    State expected = State::Active;
    if (!is_ours() || !state.compare_exchange_strong(expected, State::Running)) return false;
    caller = std::this_thread::get_id();
    return true;
  }
  void finish() noexcept {
    callback = nullptr;  // what it holds may be waited for
    state = State::Done;
    state.notify_all();
  }
  // After this nobody is in the middle of the call, unless it is this thread.
  void await_caller() const noexcept {
    if (is_ours() && state == State::Running && caller.load() != std::this_thread::get_id())
      state.wait(State::Running);
  }

  std::function<void()> callback;
  std::uint32_t owner = os::own_pid();
  std::atomic<State> state{State::Active};
  std::atomic<std::thread::id> caller;
};

// Those with a priority. Never destroyed: exit handlers ask it.
struct Finalizers {
  using Entry = std::shared_ptr<Finalize::Entry>;
  // In the order in which they are run.
  using Key = std::pair<std::int64_t, std::uint64_t>;  // of the highest priority, the newest

  static Finalizers& instance() { return place().get(); }
  // Most processes have none, and shall not make a registry only to find that out at their end.
  static Finalizers* if_made() { return place().get_if_made(); }

  void add(const Entry& entry, int priority) {
    const std::scoped_lock guard(mutex);
    std::erase_if(entries, [](const auto& item) {
      return item.second->state == Finalize::Entry::State::Done;
    });
    entries.emplace(Key{-std::int64_t{priority}, --newest}, entry);
  }

  // Those that are due, in their order; they stay until they have been called.
  std::vector<Entry> from(int lowest) {
    std::vector<Entry> due;
    const std::scoped_lock guard(mutex);
    for (const auto& [key, entry] : entries) {
      if (key.first <= -std::int64_t{lowest}) due.push_back(entry);
    }
    return due;
  }

  static os::Lasting<Finalizers>& place() {
    static constinit os::Lasting<Finalizers> registry(
        {.before = [] { instance().mutex.lock(); },
         .in_parent = [] { instance().mutex.unlock(); },
         .in_child = [] { instance().mutex.unlock(); }});
    return registry;
  }

  std::mutex mutex;
  std::map<Key, Entry> entries;
  std::uint64_t newest = ~std::uint64_t{0};
  std::vector<std::pair<std::uint32_t, std::thread>> threads;  // and the process they run in
};

namespace {

void call(const Finalizers::Entry& entry) noexcept {
  if (!entry->take()) return;
  try {
    entry->callback();
  } catch (...) {
    proc::report_failure(proc::Family::instance().self()->name("Process") + ", in a finalizer");
  }
  entry->finish();
}

}  // namespace

Finalize::Finalize(std::function<void()> callback, std::optional<int> exitpriority) {
  if (!callback) throw ValueError("Finalize: there is nothing to call");
  entry_ = std::make_shared<Entry>(std::move(callback));
  if (!exitpriority) return;
  proc::Family::instance().await_exit();
  Finalizers::instance().add(entry_, *exitpriority);
}

Finalize& Finalize::operator=(Finalize&& other) noexcept {
  Finalize last(std::move(*this));
  entry_ = std::move(other.entry_);
  return *this;
}

Finalize::~Finalize() {
  if (entry_ == nullptr) return;
  call(entry_);
  entry_->await_caller();
}

bool Finalize::operator()() {
  if (entry_ == nullptr || !entry_->take()) return false;
  try {
    entry_->callback();
  } catch (...) {
    entry_->finish();
    throw;
  }
  entry_->finish();
  return true;
}

void Finalize::cancel() noexcept {
  if (entry_ != nullptr && entry_->take()) entry_->finish();
}

bool Finalize::still_active() const noexcept {
  return entry_ != nullptr && entry_->is_ours() && entry_->state == Entry::State::Active;
}

void join_at_exit(std::thread thread) {
  if (!thread.joinable()) throw ValueError("join_at_exit: this thread cannot be joined");
  proc::Family::instance().await_exit();
  Finalizers& registry = Finalizers::instance();
  const std::scoped_lock guard(registry.mutex);
  registry.threads.emplace_back(os::own_pid(), std::move(thread));
}

void proc::run_finalizers(int lowest) noexcept {
  Finalizers* const registry = Finalizers::if_made();
  if (registry == nullptr) return;
  try {
    for (const Finalizers::Entry& entry : registry->from(lowest)) {
      call(entry);
    }
  } catch (...) {  // out of memory for the list
    report_failure("that ends, before its finalizers");
  }
}

void proc::join_threads() noexcept {
  Finalizers* const registry = Finalizers::if_made();
  if (registry == nullptr) return;
  for (;;) {
    std::pair<std::uint32_t, std::thread> next;
    {
      const std::scoped_lock guard(registry->mutex);
      if (registry->threads.empty()) return;
      next = std::move(registry->threads.back());
      registry->threads.pop_back();
    }
    // Of the process that forked this one: it does not run here.
    if (next.first != os::own_pid()) {
      next.second.detach();
      continue;
    }
    try {
      if (next.second.get_id() == std::this_thread::get_id())
        next.second.detach();  // it is the one that ends the process
      else
        next.second.join();
    } catch (...) {  // joined by a trick, or out of resources: nothing to wait for
    }
  }
}

}  // namespace mp
