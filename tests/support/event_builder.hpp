// EventBuilder: writes streams of events as a reporter would, for tests of everything behind the
// wire.
//   EventBuilder b;
//   const auto root = b.root("MainProcess");
//   const auto jobs = b.queue(root, "jobs", 8);
//   const auto worker = b.fork(root, "Worker-1");
//   b.after(5ms).wait_get(worker, jobs);
//   Model model = fold(b.batch());
#pragma once

#include "wire/event.hpp"
#include "wire/payload.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace support {

namespace wire = mp::wire;
using namespace std::chrono_literals;

class EventBuilder {
 public:
  using Puid = std::uint64_t;
  using Kind = wire::EventKind;

  static constexpr std::uint64_t kStartNs = 1'000'000'000'000;

  // The main thread of a process, or another one: {worker, 2}.
  struct Who {
    Who(Puid process_puid, std::uint16_t thread_slot = 0)
        : process(process_puid), slot(thread_slot) {}
    Puid process;
    std::uint16_t slot;
  };
  // An object by its number in this builder; it is also the handle in the processes that made or
  // inherited it.
  struct Thing {
    std::uint32_t number = 0;
    auto operator<=>(const Thing&) const = default;
  };

  // Time: each event moves on by 1 us by itself.
  EventBuilder& at(std::chrono::nanoseconds since_start) {
    now_ = kStartNs + static_cast<std::uint64_t>(since_start.count());
    return *this;
  }
  EventBuilder& after(std::chrono::nanoseconds pause) {
    now_ += static_cast<std::uint64_t>(pause.count());
    return *this;
  }
  std::uint64_t now_ns() const { return now_; }

  // Processes. root() has no Fork event; fork() is Fork by the parent, Hello and Started by the
  // child.
  Puid root(std::string name = "MainProcess", std::uint32_t pid = 1000) {
    return hello(0, std::move(name), pid, wire::StartMethod::Root);
  }
  // Of the fork that comes next.
  void fork_risk(Who parent, const wire::ForkRisk& risk) {
    add(Kind::ForkRisk, parent, {.a = next_puid_}, encode(risk));
  }
  Puid fork(Who parent, std::string name) {
    const std::uint32_t pid = next_pid_++;
    add(Kind::Fork, parent, {.a = next_puid_, .c = pid});
    const Puid child = hello(parent.process, std::move(name), pid, wire::StartMethod::Fork);
    add(Kind::Started, child, {.a = 1'500'000});
    return child;
  }
  void exit(Puid process, int code = 0) {
    add(Kind::Exit, Who(process, wire::kNoThread), {.c = raw(code)});
  }
  void reap(Who parent, Puid child, int code) {
    add(Kind::Reap, parent, {.a = child, .c = raw(code)});
  }
  void gone(Puid process) {
    add(Kind::Gone, Who(process, wire::kNoThread), {.c = wire::kUnknownExit});
  }
  void gone(Puid process, int code) {
    add(Kind::Gone, Who(process, wire::kNoThread), {.c = raw(code)});
  }
  void signal(Who sender, Puid target, int number) {
    add(Kind::SignalSent, sender, {.a = target, .c = raw(number)});
  }
  void thread(Who who, std::string_view name, std::uint32_t tid = 1, std::uint32_t generation = 1) {
    add(Kind::ThreadStart, who, {.a = tid, .c = generation}, name);
  }
  void sample(Puid process, std::chrono::nanoseconds cpu, std::uint64_t rss) {
    wire::SampleInfo info{.cpu_ns = static_cast<std::uint64_t>(cpu.count()),
                          .rss_bytes = rss,
                          .threads = 1,
                          .fds = 8};
    add(Kind::Sample, Who(process, wire::kNoThread), {}, encode(info));
  }

  // Objects. declare() says that another process, which did not inherit it, has it as well.
  Thing lock(Who maker, std::string name, std::string site = {}) {
    return make(maker, wire::ObjectKind::Lock, std::move(name), 0, std::move(site));
  }
  Thing queue(Who maker, std::string name, std::uint64_t maxsize = 0, std::string site = {}) {
    return make(maker, wire::ObjectKind::Queue, std::move(name), maxsize, std::move(site));
  }
  Thing make(Who maker, wire::ObjectKind kind, std::string name, std::uint64_t capacity = 0,
             std::string site = {}) {
    const Thing thing = prepare(kind, std::move(name), capacity, std::move(site));
    declare(maker, thing, wire::Acquired::Created);
    return thing;
  }
  void declare(Who who, Thing thing, wire::Acquired how = wire::Acquired::Received) {
    wire::ObjectInfo info = infos_[thing];
    info.how = static_cast<std::uint16_t>(how);
    add(Kind::Declare, who, {.object = thing.number}, encode(info));
  }
  void retire(Who who, Thing thing) { add(Kind::Retire, who, {.object = thing.number}); }
  // `found`: the reporter says so, whoever did it.
  void unlinked(Who who, Thing thing, bool found = false) {
    add(Kind::Unlinked, who, {.object = thing.number, .c = found ? 1U : 0U});
  }
  void counters(Who who, Thing thing, const wire::ObjectCounters& totals) {
    add(Kind::Counters, Who(who.process, wire::kNoThread), {.object = thing.number},
        encode(totals));
  }

  // Locks. A wait ends by got(), fail() or owner_died().
  void wait_lock(Who who, Thing lock, std::uint64_t timeout_ns = wire::kNoTimeout) {
    begin_wait(Kind::LockWait, who, lock, timeout_ns);
  }
  // `site`: the number of a call_site() of its process, as at level 3.
  void got(Who who, Thing lock, std::uint16_t site = 0) {
    add(Kind::LockGot, who,
        {.a = waited(who), .object = lock.number, .c = ++acquisitions_[lock], .flags = site});
  }
  void call_site(Who who, std::uint16_t number, const wire::CallSite& site) {
    add(Kind::CallSite, who, {.c = number}, encode(site));
  }
  void free(Who who, Thing lock) {
    add(Kind::LockFree, who, {.object = lock.number, .c = acquisitions_[lock]});
  }
  void fail(Who who, Thing lock) { end_wait(Kind::LockFail, who, lock); }
  void owner_died(Who who, Thing lock, std::uint32_t pid) {
    add(Kind::LockOwnerDied, who, {.a = pid, .object = lock.number, .c = acquisitions_[lock]});
  }
  void recover(Who who, Thing lock) {
    add(Kind::LockRecovered, who, {.object = lock.number, .c = ++acquisitions_[lock]});
  }

  // Queues.
  void put(Who who, Thing queue, std::uint32_t bytes = 100) {
    add(Kind::QueuePut, who, {.a = ++puts_[queue], .object = queue.number, .c = bytes});
  }
  void get(Who who, Thing queue, std::uint32_t bytes = 100) {
    add(Kind::QueueGet, who, {.a = ++gets_[queue], .object = queue.number, .c = bytes});
  }
  void wait_put(Who who, Thing queue, std::uint64_t timeout_ns = wire::kNoTimeout) {
    begin_wait(Kind::QueuePutWait, who, queue, timeout_ns);
  }
  void wait_get(Who who, Thing queue, std::uint64_t timeout_ns = wire::kNoTimeout) {
    begin_wait(Kind::QueueGetWait, who, queue, timeout_ns);
  }
  void full(Who who, Thing queue) { end_wait(Kind::QueuePutFail, who, queue); }
  void empty(Who who, Thing queue) { end_wait(Kind::QueueGetFail, who, queue); }

  // Connections: ends of a Pipe, or of sockets; meets() says what one end knows of the other.
  std::pair<Thing, Thing> pipe(Who maker, std::string site = {}) {
    const Thing first = prepare(wire::ObjectKind::Connection, "", 0, site);
    const Thing second = prepare(wire::ObjectKind::Connection, "", 0, std::move(site));
    infos_[first].offset = 0;
    infos_[second].inode = infos_[first].inode;
    infos_[second].offset = 1;
    for (const Thing end : {first, second}) declare(maker, end, wire::Acquired::Created);
    return {first, second};
  }
  Thing socket(Who maker) {
    const Thing end = prepare(wire::ObjectKind::Connection, "", 0, {});
    infos_[end].offset = 0;
    declare(maker, end, wire::Acquired::Opened);
    return end;
  }
  void meets(Who who, Thing end, const wire::PeerInfo& peer) {
    add(Kind::Peer, who, {.object = end.number}, encode(peer));
  }
  // As a unix socket's server tells it.
  void meets(Who who, Thing end, Thing other, std::uint32_t pid = 0) {
    const wire::ObjectInfo& info = infos_[other];
    meets(who, end, {info.device, info.inode, info.offset, pid, "/run/x.sock", ""});
  }
  void accepted(Who who, Thing end, Thing listener) {
    add(Kind::Accepted, who, {.object = end.number, .c = listener.number});
  }
  void send(Who who, Thing end, std::uint32_t bytes = 100) {
    add(Kind::ConnectionSend, who, {.a = ++puts_[end], .object = end.number, .c = bytes});
  }
  void recv(Who who, Thing end, std::uint32_t bytes = 100) {
    add(Kind::ConnectionRecv, who, {.a = ++gets_[end], .object = end.number, .c = bytes});
  }
  void wait_recv(Who who, Thing end, std::uint64_t timeout_ns = wire::kNoTimeout) {
    begin_wait(Kind::ConnectionWait, who, end, timeout_ns);
  }
  void wait_send(Who who, Thing end, std::uint64_t timeout_ns = wire::kNoTimeout) {
    begin_wait(Kind::ConnectionSendWait, who, end, timeout_ns);
  }

  // A wait over several things, and what the reporter finds of it; `count`: when not all are listed.
  static wire::Awaited any_of(Thing thing) { return {.object = thing.number}; }
  static wire::Awaited end_of(Puid process) { return {.process = process}; }
  void wait_any(Who who, std::vector<wire::Awaited> things, std::uint32_t count = 0,
                std::uint64_t timeout_ns = wire::kNoTimeout) {
    begin_wait(Kind::ConnectionWait, who, {}, timeout_ns);
    const wire::WaitSet set{.count = count == 0 ? static_cast<std::uint32_t>(things.size()) : count,
                            .things = std::move(things)};
    add(Kind::WaitSet, who, {.c = waits_[{who.process, who.slot}].number}, encode(set));
  }

  // Semaphores, conditions, events, barriers: by the kinds of their waits. A semaphore's wait ends
  // by permit(), the others by woken().
  void wait_for(Kind kind, Who who, Thing thing, std::uint64_t timeout_ns = wire::kNoTimeout) {
    begin_wait(kind, who, thing, timeout_ns);
  }
  void woken(Kind kind, Who who, Thing thing) { end_wait(kind, who, thing); }
  void permit(Who who, Thing semaphore) {
    add(Kind::SemaphoreGot, who, {.a = waited(who), .object = semaphore.number});
  }

  // Waiting for a process, the user's words, the stream.
  void join(Who who, Puid target, std::uint64_t timeout_ns = wire::kNoTimeout) {
    Wait& wait = waits_[{who.process, who.slot}];
    wait = {wait.number + 1, now_, timeout_ns};
    add(Kind::JoinWait, who, {.a = target, .c = wait.number});
  }
  void joined(Who who) { end_wait(Kind::JoinDone, who, {}); }
  void note(Who who, std::string_view text) { add(Kind::Note, who, {}, text); }
  void mark(Who who, std::string_view text) { add(Kind::Mark, who, {}, text); }
  void log(Who who, std::uint32_t level, std::string_view text) {
    add(Kind::Log, who, {.c = level}, text);
  }
  void lost(Puid process, std::uint64_t count) {
    add(Kind::Lost, Who(process, wire::kNoThread), {.a = count});
  }
  void tick() { add(Kind::Tick, Who(0, wire::kNoThread), {}); }
  void bye() { add(Kind::Bye, Who(0, wire::kNoThread), {}); }

  // Anything else: time, process, thread and kind are filled in.
  void add(Kind kind, Who who, wire::Event event, std::string_view payload = {}) {
    event.kind = kind;
    event.t_ns = now_;
    event.process = who.process;
    event.thread = who.slot;
    batch_.add(event, payload);
    now_ += 1000;
  }

  const wire::Batch& batch() const { return batch_; }
  wire::Batch take() { return std::exchange(batch_, {}); }

 private:
  struct Wait {
    std::uint32_t number = 0;
    std::uint64_t since = 0;
    std::uint64_t timeout_ns = 0;
  };

  Thing prepare(wire::ObjectKind kind, std::string name, std::uint64_t capacity, std::string site) {
    const Thing thing{next_thing_++};
    if (name.empty()) name = wire::object_kind_name(kind) + "-" + std::to_string(thing.number);
    infos_[thing] = {.kind = kind,
                     .device = 1,
                     .inode = 7000U + thing.number,
                     .offset = 64,
                     .capacity = capacity,
                     .name = std::move(name),
                     .site = std::move(site)};
    return thing;
  }

  static std::uint32_t raw(int number) { return static_cast<std::uint32_t>(number); }

  Puid hello(Puid parent, std::string name, std::uint32_t pid, wire::StartMethod method) {
    const Puid puid = next_puid_++;
    wire::ProcessInfo info;
    info.pid = pid;
    info.parent_pid = parent == 0 ? 1 : pids_[parent];
    info.start_ticks = now_ / 10'000'000;
    info.parent = parent;
    info.root = parent == 0 ? puid : roots_[parent];
    info.born_ns = now_;
    info.inherited_upto = parent == 0 ? 0 : next_thing_ - 1;
    info.level = 2;
    info.method = static_cast<std::uint8_t>(method);
    info.name = std::move(name);
    info.exe = "pipeline";
    info.command_line = "pipeline --workers 2";
    info.host = "here";
    pids_[puid] = pid;
    roots_[puid] = info.root;
    add(Kind::Hello, Who(puid, wire::kNoThread), {}, encode(info));
    return puid;
  }
  void begin_wait(Kind kind, Who who, Thing thing, std::uint64_t timeout_ns) {
    Wait& wait = waits_[{who.process, who.slot}];
    wait = {wait.number + 1, now_, timeout_ns};
    add(kind, who, {.a = timeout_ns, .object = thing.number, .c = wait.number});
  }
  void end_wait(Kind kind, Who who, Thing thing) {
    add(kind, who,
        {.a = waited(who), .object = thing.number, .c = waits_[{who.process, who.slot}].number});
  }
  std::uint64_t waited(Who who) {
    Wait& wait = waits_[{who.process, who.slot}];
    return wait.since == 0 ? 0 : now_ - std::exchange(wait.since, 0);
  }

  std::uint64_t now_ = kStartNs;
  Puid next_puid_ = 0xA001;
  std::uint32_t next_pid_ = 1001;
  std::uint32_t next_thing_ = 1;
  wire::Batch batch_;
  std::map<Puid, std::uint32_t> pids_;
  std::map<Puid, Puid> roots_;
  std::map<Thing, wire::ObjectInfo> infos_;
  std::map<Thing, std::uint32_t> acquisitions_;
  std::map<Thing, std::uint64_t> puts_;
  std::map<Thing, std::uint64_t> gets_;
  std::map<std::pair<Puid, std::uint16_t>, Wait> waits_;
};

}  // namespace support
