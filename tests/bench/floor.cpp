// mp-bench-floor: what this machine can do at best on the workloads of mp-bench, with nothing of
// libmp in it. Each figure carries in brackets the bare means by which it was reached.
#include "bench/bench.hpp"

#include <array>
#include <atomic>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>
#include <vector>

#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/interprocess/ipc/message_queue.hpp>

namespace {

using bench::Peer;
using bench::report;
using bench::Stopwatch;

constexpr std::size_t kMiB = std::size_t{1} << 20;

void require(bool is_right) {
  if (!is_right) std::abort();
}

// Memory that forked processes share; lives as long as the program.
template <class T>
T& shared() {
  void* const at =
      ::mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  require(at != MAP_FAILED);
  return *new (at) T;
}

struct Guarded {
  sem_t semaphore;
  pthread_mutex_t mutex;
  long counter = 0;
};

Guarded& make_guarded(int mutex_type = PTHREAD_MUTEX_DEFAULT) {
  auto& guarded = shared<Guarded>();
  ::sem_init(&guarded.semaphore, 1, 1);
  pthread_mutexattr_t attributes;
  ::pthread_mutexattr_init(&attributes);
  ::pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  ::pthread_mutexattr_settype(&attributes, mutex_type);
  ::pthread_mutex_init(&guarded.mutex, &attributes);
  return guarded;
}

template <class Enter, class Leave>
void lock_floor(const std::string& by, Guarded& guarded, Enter enter, Leave leave) {
  constexpr long kAlone = 10'000'000;
  constexpr long kTogether = 1'000'000;
  {
    const Stopwatch watch;
    for (long i = 0; i < kAlone; ++i) {
      enter();
      leave();
    }
    const double pair_ns = watch.seconds() / kAlone * 1e9;
    for (const std::string workload : {"lock", "rlock", "semaphore"})
      report(workload + "_uncontended(" + by + ")", pair_ns, "ns/pair");
  }
  guarded.counter = 0;
  const auto contend = [&] {
    for (long i = 0; i < kTogether; ++i) {
      enter();
      guarded.counter = guarded.counter + 1;
      leave();
    }
  };
  const Stopwatch watch;
  {
    const Peer first(contend);
    const Peer second(contend);
  }
  report("lock_contended_2p(" + by + ")", watch.seconds() / (2 * kTogether) * 1e9, "ns/pair");
  require(guarded.counter == 2 * kTogether);
}

void locks() {
  Guarded& guarded = make_guarded();
  lock_floor(
      "sem_t", guarded, [&] { ::sem_wait(&guarded.semaphore); },
      [&] { ::sem_post(&guarded.semaphore); });
  lock_floor(
      "pthread", guarded, [&] { ::pthread_mutex_lock(&guarded.mutex); },
      [&] { ::pthread_mutex_unlock(&guarded.mutex); });
}

void read_all(int fd, void* into, std::size_t size) {
  for (auto* at = static_cast<char*>(into); size > 0;) {
    const ssize_t got = ::read(fd, at, size);
    if (got <= 0) ::_exit(1);
    at += got;
    size -= static_cast<std::size_t>(got);
  }
}

void write_all(int fd, const void* from, std::size_t size) {
  for (const auto* at = static_cast<const char*>(from); size > 0;) {
    const ssize_t put = ::write(fd, at, size);
    if (put <= 0) ::_exit(1);
    at += put;
    size -= static_cast<std::size_t>(put);
  }
}

// 64 bytes behind a length of 4, there and back.
void round_trip(const std::string& by, std::array<int, 2> near, std::array<int, 2> far) {
  constexpr int kTrips = 50'000;
  std::array<char, 68> message{};
  const Peer echo([&] {
    for (int i = 0; i < kTrips; ++i) {
      read_all(far[0], message.data(), message.size());
      write_all(far[1], message.data(), message.size());
    }
  });
  const Stopwatch watch;
  for (int i = 0; i < kTrips; ++i) {
    write_all(near[1], message.data(), message.size());
    read_all(near[0], message.data(), message.size());
  }
  report("pipe_rtt_bytes64(" + by + ")", watch.seconds() / kTrips * 1e6, "us/rtt");
}

void bulk_over(const std::string& by, int read_end, int write_end) {
  constexpr int kBlocks = 3000;
  std::vector<char> block(kMiB);
  const Stopwatch watch;
  {
    const Peer sink([&] {
      for (int i = 0; i < kBlocks; ++i) read_all(read_end, block.data(), block.size());
    });
    for (int i = 0; i < kBlocks; ++i) write_all(write_end, block.data(), block.size());
  }
  report("pipe_bulk_1MiB(" + by + ")", kBlocks * static_cast<double>(kMiB) / watch.seconds() / 1e6,
         "MB/s");
}

void pipes() {
  int pair[2];
  int there[2];
  int back[2];
  require(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0 && ::pipe(there) == 0 &&
          ::pipe(back) == 0);
  round_trip("socketpair", {pair[0], pair[0]}, {pair[1], pair[1]});
  round_trip("pipe", {back[0], there[1]}, {there[0], back[1]});
  bulk_over("socketpair", pair[1], pair[0]);
  bulk_over("pipe", there[0], there[1]);
  for (const int fd : {pair[0], pair[1], there[0], there[1], back[0], back[1]}) ::close(fd);
}

// A thousand descriptors, of which the last is ready: by one poll, or by an epoll set made for it.
void waits() {
  constexpr int kCount = 1000;
  constexpr int kCalls = 2000;
  rlimit limit{};
  require(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
  limit.rlim_cur = limit.rlim_max;
  require(::setrlimit(RLIMIT_NOFILE, &limit) == 0);
  std::vector<pollfd> items;
  int ends[2] = {-1, -1};
  for (int i = 0; i < kCount; ++i) {
    require(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    items.push_back({ends[0], POLLIN, 0});
  }
  write_all(ends[1], "x", 1);
  report("wait_1000(poll)",
         bench::best_seconds(kCalls, [&] { require(::poll(items.data(), kCount, -1) == 1); }) * 1e6,
         "us/call");
  const double seconds = bench::best_seconds(kCalls, [&] {
    const int set = ::epoll_create1(0);
    for (const pollfd& item : items) {
      epoll_event event{EPOLLIN, {.fd = item.fd}};
      require(::epoll_ctl(set, EPOLL_CTL_ADD, item.fd, &event) == 0);
    }
    epoll_event event{};
    require(::epoll_wait(set, &event, 1, -1) == 1);
    ::close(set);
  });
  report("wait_1000(epoll)", seconds * 1e6, "us/call");
}

void futex_wait(std::atomic<std::uint32_t>& word, std::uint32_t expected) {
  ::syscall(SYS_futex, &word, FUTEX_WAIT, expected, nullptr, nullptr, 0);
}
void futex_wake(std::atomic<std::uint32_t>& word) {
  ::syscall(SYS_futex, &word, FUTEX_WAKE, 1, nullptr, nullptr, 0);
}

// Two processes take turns on one word: asleep in between, or looking at it all the time.
template <class Await, class Tell>
double turn_us(int trips, Await&& await, Tell&& tell) {
  auto& word = shared<std::atomic<std::uint32_t>>();
  const auto take_turns = [&](std::uint32_t mine) {
    for (int i = 0; i < trips; ++i) {
      while (word.load(std::memory_order_acquire) != mine) await(word, 1 - mine);
      word.store(1 - mine, std::memory_order_release);
      tell(word);
    }
  };
  const Stopwatch watch;
  {
    const Peer other([&] { take_turns(1); });
    take_turns(0);
  }
  return watch.seconds() / trips * 1e6;
}

void turns() {
  const double asleep = turn_us(50'000, futex_wait, futex_wake);
  report("queue_rtt(futex)", asleep, "us/rtt");
  report("event_rtt(futex)", asleep, "us/rtt");
  const auto look = [](auto&, std::uint32_t) {};
  report("event_rtt(spin)", turn_us(1'000'000, look, [](auto&) {}), "us/rtt");
}

// One writer, one reader, no system call: what a queue of numbers cannot beat.
struct Ring {
  static constexpr unsigned kSlots = 1u << 14;
  alignas(64) std::atomic<unsigned> head{0};
  alignas(64) std::atomic<unsigned> tail{0};
  alignas(64) std::array<long, kSlots> slots{};
};

void ring() {
  constexpr long kItems = 20'000'000;
  auto& ring = shared<Ring>();
  const Stopwatch watch;
  const Peer producer([&] {
    unsigned head = 0;
    unsigned tail = 0;
    for (long i = 0; i < kItems; ++i) {
      while (head - tail == Ring::kSlots) tail = ring.tail.load(std::memory_order_acquire);
      ring.slots[head % Ring::kSlots] = i;
      ring.head.store(++head, std::memory_order_release);
    }
  });
  long sum = 0;
  unsigned head = 0;
  unsigned tail = 0;
  for (long i = 0; i < kItems; ++i) {
    while (head == tail) head = ring.head.load(std::memory_order_acquire);
    sum += ring.slots[tail % Ring::kSlots];
    ring.tail.store(++tail, std::memory_order_release);
  }
  report("queue_1p1c_int(spsc ring)", kItems / watch.seconds(), "msg/s");
  require(sum == kItems * (kItems - 1) / 2);
}

// A queue of messages in shared memory, for any number of processes, as Boost has it.
void message_queue() {
  namespace ipc = boost::interprocess;
  constexpr int kItems = 500'000;
  constexpr std::size_t kSlots = 1024;
  const std::string name = "mp-bench-floor-" + std::to_string(::getpid());
  ipc::message_queue queue(ipc::create_only, name.c_str(), kSlots, sizeof(int));
  ipc::message_queue::remove(name.c_str());
  const Stopwatch watch;
  const Peer producer([&] {
    for (int i = 0; i < kItems; ++i) queue.send(&i, sizeof i, 0);
  });
  long sum = 0;
  for (int i = 0; i < kItems; ++i) {
    int item = 0;
    std::size_t bytes = 0;
    unsigned priority = 0;
    queue.receive(&item, sizeof item, bytes, priority);
    sum += item;
  }
  report("queue_1p1c_int(message_queue)", kItems / watch.seconds(), "msg/s");
  require(sum == static_cast<long>(kItems) * (kItems - 1) / 2);
}

// Into shared memory and out again, on one core.
void copies() {
  constexpr int kBlocks = 3000;
  auto& area = shared<std::array<char, 4 * kMiB>>();
  std::vector<char> in(kMiB);
  std::vector<char> out(kMiB);
  const Stopwatch watch;
  for (std::size_t i = 0; i < kBlocks; ++i) {
    std::memcpy(area.data() + i % 4 * kMiB, in.data(), kMiB);
    std::memcpy(out.data(), area.data() + i % 4 * kMiB, kMiB);
  }
  report("queue_bulk_1MiB(memcpy twice)",
         kBlocks * static_cast<double>(kMiB) / watch.seconds() / 1e6, "MB/s");
}

// A number behind a recursive lock, and a block that is copied into shared memory.
void values() {
  constexpr long kTimes = 10'000'000;
  Guarded& guarded = make_guarded(PTHREAD_MUTEX_RECURSIVE);
  const Stopwatch increments;
  for (long i = 0; i < kTimes; ++i) {
    ::pthread_mutex_lock(&guarded.mutex);
    guarded.counter = guarded.counter + 1;
    ::pthread_mutex_unlock(&guarded.mutex);
  }
  report("value_locked_increment(pthread recursive)", increments.seconds() / kTimes * 1e9, "ns");
  require(guarded.counter == kTimes);

  constexpr int kBlocks = 400;
  auto& area = shared<std::array<char, 8 * kMiB>>();
  const std::vector<char> data(8 * kMiB);
  std::memcpy(area.data(), data.data(), data.size());
  const double seconds =
      bench::best_seconds(kBlocks, [&] { std::memcpy(area.data(), data.data(), data.size()); });
  report("array_assign_8MiB(memcpy)", static_cast<double>(data.size()) / seconds / 1e6, "MB/s");
}

void starts() {
  const double seconds = bench::best_seconds(2000, [] {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(0);
    require(::waitpid(child, nullptr, 0) == child);
  });
  report("start_join_fork(fork+wait)", seconds * 1e6, "us");
  report("start_join_forkserver(fork+wait)", seconds * 1e6, "us");
}

}  // namespace

int main() {
  starts();
  locks();
  pipes();
  waits();
  turns();
  ring();
  message_queue();
  copies();
  values();
}
