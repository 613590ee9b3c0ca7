// The tree under watch: keeps its workers at work and makes a deadlock now and then.
#include "bench/soak/soak.hpp"
#include "bench/soak/worker.hpp"
#include "os/clock.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bench::soak {
namespace {

using namespace std::chrono_literals;

constexpr auto kRound = 10ms;
constexpr std::uint64_t kCountEveryNs = 500'000'000;
constexpr std::uint64_t kRestNs = 1'500'000'000;  // between two deadlocks, at least
constexpr std::uint64_t kMoreRestNs = 3'000'000'000;
constexpr auto kPatience = 20s;  // for a worker that is to end

class Workload {
 public:
  Workload(mp::Connection watcher, int processes, std::uint64_t seed)
      : watcher_(std::move(watcher)), kit_(processes), random_(seed) {
    for (int seat = 0; seat < processes; ++seat) workers_.push_back(start(seat));
    rest();
  }

  void run() {
    while (!is_stopped_) {
      hear();
      look_after_workers();
      go_on_with_deadlock();
      count();
    }
    end();
  }

 private:
  enum class Stage { None, Asked, Closed, Broken };

  struct Deadlock {
    Stage stage = Stage::None;
    int victim = 0;  // seats
    int survivor = 0;
    std::uint64_t next_ns = 0;
  };

  mp::Process start(int seat) {
    const std::uint64_t seed = random_();
    mp::Process worker({.name = "worker-" + std::to_string(++started_)},
                       [kit = kit_, seat, seed] { Worker(kit, seat, seed).run(); });
    worker.start();
    return worker;
  }

  void tell(Word word) { watcher_.send_bytes(std::as_bytes(std::span(&word, 1))); }

  // A watcher that is gone wants nothing any more.
  void hear() {
    mp::Timeout patience = kRound;
    while (watcher_.poll(patience)) {
      const std::string order = watcher_.recv_bytes(16);
      is_stopped_ |= order == std::string_view("s");
      is_to_break_ |= order == std::string_view("b");
      patience = 0ms;
    }
  }

  [[nodiscard]] static std::uint32_t pid_of(const mp::Process& worker) {
    return static_cast<std::uint32_t>(worker.pid().value_or(0));
  }

  void look_after_workers() {
    for (mp::Process& worker : workers_) {
      if (worker.is_alive()) continue;
      tell({.kind = Word::Kind::Died, .first = pid_of(worker)});
      is_stopped_ = true;
    }
  }

  void go_on_with_deadlock() {
    switch (deadlock_.stage) {
      case Stage::None:
        if (mp::os::monotonic_ns() >= deadlock_.next_ns) ask();
        return;
      case Stage::Asked:
        commit();
        if (const std::uint64_t since = closed_since(); since != 0) {
          deadlock_.stage = Stage::Closed;
          tell({.kind = Word::Kind::Seeded,
                .first = pid_of(workers_[index(deadlock_.victim)]),
                .second = pid_of(workers_[index(deadlock_.survivor)]),
                .since_ns = since});
        }
        return;
      case Stage::Closed:
        if (std::exchange(is_to_break_, false)) break_up();
        return;
      case Stage::Broken:
        if (std::atomic_ref(kit_.seats[deadlock_.survivor].first).load() == 0) rest();
        return;
    }
  }

  void ask() {
    const auto below = [this](std::size_t bound) { return static_cast<int>(random_() % bound); };
    const int count = static_cast<int>(workers_.size());
    const int locks = static_cast<int>(kit_.locks.size());
    deadlock_.victim = below(workers_.size());
    deadlock_.survivor = (deadlock_.victim + 1 + below(workers_.size() - 1)) % count;
    const int one = below(kit_.locks.size());
    const int other = (one + 1 + below(kit_.locks.size() - 1)) % locks;
    // The victim is the one who takes them in the wrong order: what it leaves goes to somebody who
    // keeps the order, and with it the circle is gone.
    write_order(deadlock_.victim, std::max(one, other), std::min(one, other));
    write_order(deadlock_.survivor, std::min(one, other), std::max(one, other));
    deadlock_.stage = Stage::Asked;
  }

  void write_order(int seat, int first, int second) {
    Seat& to = kit_.seats[seat];
    to.second = static_cast<std::uint32_t>(second) + 1;
    std::atomic_ref(to.first).store(static_cast<std::uint32_t>(first) + 1);
  }

  // Both go on to their second lock, or neither.
  void commit() {
    const std::atomic_ref one(kit_.seats[deadlock_.victim].part);
    const std::atomic_ref other(kit_.seats[deadlock_.survivor].part);
    Part expected = Part::Has;
    if (!one.compare_exchange_strong(expected, Part::Reserved)) return;
    expected = Part::Has;
    const bool are_both = other.compare_exchange_strong(expected, Part::Go);
    one.store(are_both ? Part::Go : Part::Has);
  }

  // Since when both wait for each other; 0 = not yet.
  [[nodiscard]] std::uint64_t closed_since() {
    const std::uint64_t one = std::atomic_ref(kit_.seats[deadlock_.victim].waits_since_ns).load();
    const std::uint64_t other =
        std::atomic_ref(kit_.seats[deadlock_.survivor].waits_since_ns).load();
    return one == 0 || other == 0 ? 0 : std::max(one, other);
  }

  void break_up() {
    mp::Process& victim = workers_[index(deadlock_.victim)];
    const std::uint32_t pid = pid_of(victim);
    victim.kill();
    victim.join();
    clear(deadlock_.victim);
    victim = start(deadlock_.victim);
    deadlock_.stage = Stage::Broken;
    tell({.kind = Word::Kind::Broken,
          .first = pid,
          .second = pid_of(workers_[index(deadlock_.survivor)])});
  }

  void clear(int seat) {
    const std::uint64_t operations = kit_.seats[seat].operations;
    kit_.seats[seat] = {.operations = operations};
  }

  void rest() {
    if (deadlock_.stage == Stage::Broken) clear(deadlock_.survivor);
    deadlock_ = {.next_ns = mp::os::monotonic_ns() + kRestNs + random_() % kMoreRestNs};
  }

  void count() {
    const std::uint64_t now = mp::os::monotonic_ns();
    if (now < next_count_ns_) return;
    next_count_ns_ = now + kCountEveryNs;
    std::uint64_t operations = 0;
    for (Seat& seat : kit_.seats) operations += std::atomic_ref(seat.operations).load();
    tell({.kind = Word::Kind::Count, .operations = operations});
  }

  void end() {
    std::atomic_ref(kit_.is_over.value()).store(1);
    if (deadlock_.stage == Stage::Asked || deadlock_.stage == Stage::Closed) {
      mp::Process& victim = workers_[index(deadlock_.victim)];
      victim.kill();
      victim.join();
    }
    for (mp::Process& worker : workers_) {
      if (worker.join(kPatience)) continue;
      tell({.kind = Word::Kind::Stuck, .first = pid_of(worker)});
      worker.kill();
    }
    next_count_ns_ = 0;
    count();
    tell({.kind = Word::Kind::Over});
  }

  static std::size_t index(int seat) { return static_cast<std::size_t>(seat); }

  mp::Connection watcher_;
  Kit kit_;
  std::mt19937_64 random_;
  std::vector<mp::Process> workers_;
  Deadlock deadlock_;
  std::uint64_t next_count_ns_ = 0;
  int started_ = 0;
  bool is_stopped_ = false;
  bool is_to_break_ = false;
};

}  // namespace

int work(const std::string& address, const std::string& key, int processes, std::uint64_t seed) {
  try {
    Workload(mp::Client(mp::Address(address), {.authkey = key}), processes, seed).run();
  } catch (const mp::EOFError&) {  // the watcher is gone: so are we, and the workers with us
    std::_Exit(1);
  } catch (const mp::OSError&) {
    std::_Exit(1);
  }
  return 0;
}

}  // namespace bench::soak
