// Event: one fact about a process tree. The same struct goes through the reporter's frames, the inspector's model and
// the recording, so that live and replay are the same by construction. Meaning of every kind: libmp/doc/events.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "wire/awaited.hpp"
#include "wire/kinds.hpp"

namespace mp::wire {

struct Event {
  std::uint64_t t_ns = 0;     // CLOCK_MONOTONIC of the host
  std::uint64_t process = 0;  // puid
  std::uint64_t a = 0;
  std::uint32_t object = 0;  // handle, local to `process`; 0 = none
  std::uint32_t c = 0;
  EventKind kind = EventKind::None;
  std::uint16_t thread = kNoThread;  // slot in the process's live page
  std::uint16_t flags = 0;
  std::uint16_t reserved = 0;
  std::uint32_t payload_begin = 0;  // into Batch::payload
  std::uint32_t payload_size = 0;
  bool operator==(const Event&) const = default;
};
static_assert(sizeof(Event) == 48);

// A run of events in stream order, with the bytes that they refer to.
struct Batch {
  std::vector<Event> events;
  std::string payload;

  [[nodiscard]] std::string_view payload_of(const Event& event) const noexcept {
    if (event.payload_begin > payload.size()) return {};
    return std::string_view(payload).substr(event.payload_begin, event.payload_size);
  }
  void add(Event event, std::string_view bytes = {}) {
    event.payload_begin = static_cast<std::uint32_t>(payload.size());
    event.payload_size = static_cast<std::uint32_t>(bytes.size());
    payload.append(bytes);
    events.push_back(event);
  }
  bool operator==(const Batch&) const = default;
};

// Payload structs travel as flat little-endian records (wire/payload.hpp encodes and decodes them).
struct ProcessInfo {
  std::uint32_t pid = 0;
  std::uint32_t parent_pid = 0;
  std::uint64_t start_ticks = 0;
  std::uint64_t parent = 0;  // puid; 0 for the root of a tree
  std::uint64_t root = 0;    // puid of the tree's root
  std::uint64_t born_ns = 0;
  std::uint32_t inherited_upto = 0;  // handles <= this mean what they mean in the parent
  std::uint16_t level = 0;
  std::uint8_t method = 0;  // StartMethod
  std::uint8_t daemon = 0;
  std::string name;  // MainProcess, Process-1, ...
  std::string exe;
  std::string command_line;
  std::string host;
  bool operator==(const ProcessInfo&) const = default;
};

struct ObjectInfo {
  ObjectKind kind = ObjectKind::None;
  std::uint16_t how = 0;  // wire::Acquired
  std::uint64_t device = 0;  // with inode and offset: the kernel's identity of the object, equal in every process of the host
  std::uint64_t inode = 0;
  std::uint64_t offset = 0;
  std::uint64_t capacity = 0;  // queues: maxsize (0 = unbounded); blocks: bytes
  std::string name;            // given by the user, or like Lock-1, Value<double>-3
  std::string site;            // file:line of its creation, if known
  bool operator==(const ObjectInfo&) const = default;
};

// Absolute totals of one process for one object; `numbers` are the object's own (the newest that this process saw).
struct ObjectCounters {
  std::uint64_t in = 0;         // puts, acquisitions, sends
  std::uint64_t out = 0;        // gets, receives
  std::uint64_t in_bytes = 0;
  std::uint64_t out_bytes = 0;
  std::uint64_t blocked = 0;    // how often it had to wait
  std::uint64_t blocked_ns = 0; // how long in total
  std::uint64_t in_number = 0;  // number of the last item put / the last acquisition
  std::uint64_t out_number = 0; // number of the last item taken
  bool operator==(const ObjectCounters&) const = default;
};

// What one end of a connection knows of the other.
struct PeerInfo {
  std::uint64_t device = 0;  // as in the other end's ObjectInfo; inode 0 = not known
  std::uint64_t inode = 0;
  std::uint64_t offset = 0;
  std::uint32_t pid = 0;  // of a process there, 0 = not known
  std::string local;      // names of both sockets: "127.0.0.1:6000", "/run/x.sock", "@name"; may be empty
  std::string remote;
  bool operator==(const PeerInfo&) const = default;
};

struct SampleInfo {
  std::uint64_t cpu_ns = 0;
  std::uint64_t rss_bytes = 0;
  std::uint32_t threads = 0;
  std::uint32_t fds = 0;
  bool operator==(const SampleInfo&) const = default;
};

// How much of each there was, and the first few by name, for people: "ledger, accounts and 3 more".
struct ForkRisk {
  std::uint32_t threads = 0;      // other than the one that forks
  std::uint32_t locks = 0;        // of libmp, held by any thread
  std::uint32_t streams = 0;      // that could not be flushed
  std::uint32_t descriptors = 0;  // without close-on-exec
  std::string locks_named;
  std::string streams_named;
  std::string descriptors_named;
  bool operator==(const ForkRisk&) const = default;
};

// A module as it lay in the memory of a process, and a call in it.
struct CodeModule {
  std::string path;      // of its file, as the process saw it
  std::string build_id;  // in hexadecimal
  bool operator==(const CodeModule&) const = default;
};
struct CodeCall {
  std::uint32_t module = 0;   // index into the modules
  std::uint64_t offset = 0;  // from where the module was loaded; within the call instruction
  bool operator==(const CodeCall&) const = default;
};

// Where in its program a process did something. It tells the calls, innermost first; who reads the files of the modules
// fills in the rest, of the innermost call that is the user's own.
struct CallSite {
  std::uint32_t line = 0;  // 0: not known
  std::string file;
  std::string function;
  std::vector<CodeModule> modules;
  std::vector<CodeCall> calls;
  bool operator==(const CallSite&) const = default;
};

// What a wait over several things is for.
struct WaitSet {
  std::uint32_t count = 0;  // of all; the first few are listed
  std::vector<Awaited> things;
  bool operator==(const WaitSet&) const = default;
};

// Names for people and for exports: "LockWait", "lock-wait", "Queue". Unknown values give "kind 212".
std::string kind_name(EventKind kind);
std::string state_name(ThreadState state);
std::string object_kind_name(ObjectKind kind);
std::string start_method_name(StartMethod method);

}  // namespace mp::wire
