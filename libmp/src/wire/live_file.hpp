// The live file: one sparse file on tmpfs per process. It says what is true now and what happened last, and it outlives
// the process: SIGKILL loses nothing that was stored. Picture and rules: libmp/doc/live_file.md.
//
//   header (4 KiB) | control (4 KiB) | declarations (4 MiB) | threads (32 KiB) | objects (128 KiB) | ring (1 MiB)
//     | wait sets (32 KiB)
//
// The process itself writes everything but the control page; readers may write only there. Readers use pread(2) and
// believe nothing: a file may be cut short or rewritten under them.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace mp::wire {

inline constexpr char kLiveMagic[8] = {'M', 'P', 'L', 'I', 'V', 'E', '0', '1'};
inline constexpr std::uint32_t kLiveVersion = 3;
inline constexpr std::uint32_t kOldestLiveVersion = 1;  // without call sites and wait sets, otherwise the same
inline constexpr std::uint32_t kVersionWithWaitSets = 3;
inline constexpr std::uint32_t kThreadSlots = 256;
inline constexpr std::uint32_t kObjectSlots = 1024;
inline constexpr std::uint32_t kRingSlots = 32768;  // a power of two
inline constexpr std::uint32_t kHeldPerThread = 6;
inline constexpr std::uint32_t kAwaitedListed = 14;
inline constexpr std::uint32_t kTold = 0x8000'0000u;
inline constexpr std::uint32_t kNoteBytes = 40;
inline constexpr std::uint32_t kNameBytes = 64;

// Each struct has two views of the same layout: with atomics for the process that owns the file, and plain for a reader
// that has copied the bytes out.
template <typename T>
using Plain = T;

// Constant after creation, except where a writer and an ordering are named.
template <template <typename> typename Cell>
struct LiveHeaderOf {
  char magic[8];
  std::uint32_t version;
  std::uint32_t file_bytes;  // nominal size; the file is sparse
  std::uint64_t puid;
  std::uint64_t parent;  // puid, 0 for the root
  std::uint64_t root;
  std::uint64_t start_ticks;
  std::uint64_t born_ns;
  std::uint32_t pid;
  std::uint32_t parent_pid;
  std::uint32_t inherited_upto;
  std::uint8_t method;  // wire::StartMethod
  std::uint8_t daemon;
  std::uint16_t reserved;
  char boot_id[40];
  char name[kNameBytes];  // zero-terminated; the name at birth

  alignas(64) Cell<std::uint32_t> declared_bytes;  // owner, release: commit of the declaration arena
  Cell<std::uint32_t> declarations_lost;           // owner, relaxed: the arena was full
  Cell<std::uint32_t> exit_state;                  // owner, release, after exit_code: kAlive, kExited
  Cell<std::int32_t> exit_code;
  Cell<std::uint64_t> exit_ns;
  Cell<std::uint32_t> reaped;  // the parent, release, after reaped_code: 1
  Cell<std::int32_t> reaped_code;  // exit code or -signal
  Cell<std::uint64_t> reaped_ns;

  alignas(64) Cell<std::uint64_t> ring_head;  // owner's threads, relaxed: slots handed out so far
};
using LiveHeader = LiveHeaderOf<std::atomic>;
using PlainHeader = LiveHeaderOf<Plain>;
inline constexpr std::uint32_t kAlive = 0;
inline constexpr std::uint32_t kExited = 1;

// The only page that a reader may write.
template <template <typename> typename Cell>
struct LiveControlOf {
  Cell<std::uint32_t> level;    // 0..3, relaxed; read by every probe
  Cell<std::uint32_t> watcher;  // pid of a reporter that follows this file, 0 = none: then it may be removed at exit
};

using LiveControl = LiveControlOf<std::atomic>;
using PlainControl = LiveControlOf<Plain>;

// A declaration: an event with a payload. `bytes` is the whole record, a multiple of 8, header included.
struct Declaration {
  std::uint32_t bytes;
  std::uint16_t kind;
  std::uint16_t thread;
  std::uint64_t t_ns;
  std::uint64_t a;
  std::uint32_t object;
  std::uint32_t c;
  std::uint32_t payload_bytes;  // follow immediately
  std::uint32_t reserved;
};
static_assert(sizeof(Declaration) == 40);

// What one thread is doing. Written by that thread only. The fields up to `note` form one group under `seq`
// (odd while it is being written; a reader retries, or takes it as it stands when the process is dead).
// `held` entries are (acquisition number << 32 | handle), each stored whole; kTold in the handle says that a LockGot event
// has told of it, so that its end will be told too. Entries behind held_count are of locks that are free again.
template <template <typename> typename Cell>
struct ThreadSlotOf {
  Cell<std::uint32_t> seq;
  Cell<std::uint32_t> tid;  // 0 = free
  Cell<std::uint32_t> state;  // wire::ThreadState
  Cell<std::uint32_t> object;
  Cell<std::uint32_t> wait_number;
  Cell<std::uint32_t> generation;  // counts the threads that have had this slot
  Cell<std::uint64_t> since_ns;
  Cell<std::uint32_t> held_count;  // may exceed kHeldPerThread: then the rest is not listed
  Cell<std::uint32_t> note_seq;
  Cell<std::uint64_t> held[kHeldPerThread];
  char note[kNoteBytes];  // under note_seq, zero-padded
};
using ThreadSlot = ThreadSlotOf<std::atomic>;
using PlainThread = ThreadSlotOf<Plain>;
static_assert(sizeof(ThreadSlot) == 128 && sizeof(PlainThread) == 128);

// What the thread of the same slot waits for in mp::wait; of its wait `wait_number`, and of no other: 0 while it is being
// written. Written by that thread only.
template <template <typename> typename Cell>
struct WaitSetSlotOf {
  Cell<std::uint32_t> wait_number;
  Cell<std::uint32_t> count;  // of all; may exceed kAwaitedListed
  Cell<std::uint32_t> processes;  // bit i: things[i] is the puid of a process; else it is a handle, 0 = not known
  std::uint32_t reserved;
  Cell<std::uint64_t> things[kAwaitedListed];
};
using WaitSetSlot = WaitSetSlotOf<std::atomic>;
using PlainWaitSet = WaitSetSlotOf<Plain>;
static_assert(sizeof(WaitSetSlot) == 128 && sizeof(PlainWaitSet) == 128);

// Totals of this process for one object; the slot of handle h is (h - 1) % kObjectSlots, if it got it.
// Writers are serialised by the object itself (its lock, its side of the queue); relaxed.
template <template <typename> typename Cell>
struct ObjectSlotOf {
  Cell<std::uint32_t> handle;  // 0 = free
  Cell<std::uint32_t> kind;    // wire::ObjectKind
  Cell<std::uint64_t> in;
  Cell<std::uint64_t> out;
  Cell<std::uint64_t> in_bytes;
  Cell<std::uint64_t> out_bytes;
  Cell<std::uint64_t> blocked;
  Cell<std::uint64_t> blocked_ns;
  Cell<std::uint64_t> in_number;
  Cell<std::uint64_t> out_number;
  std::uint64_t reserved[7];
};
using ObjectSlot = ObjectSlotOf<std::atomic>;
using PlainObject = ObjectSlotOf<Plain>;
static_assert(sizeof(ObjectSlot) == 128 && sizeof(PlainObject) == 128);

// One event. `commit` is the low half of its index + 1, stored last with release; anything else means: not (or no
// longer) this event.
template <template <typename> typename Cell>
struct RingSlotOf {
  Cell<std::uint32_t> commit;
  Cell<std::uint16_t> kind;
  Cell<std::uint16_t> thread;
  Cell<std::uint64_t> t_ns;
  Cell<std::uint32_t> object;
  Cell<std::uint32_t> c;
  Cell<std::uint64_t> a;
};
using RingSlot = RingSlotOf<std::atomic>;
using PlainSlot = RingSlotOf<Plain>;
static_assert(sizeof(RingSlot) == 32 && sizeof(PlainSlot) == 32);

// In the ring, `a` of a LockGot is the time waited (cut at 78 hours) and above it the number of the call site.
inline constexpr unsigned kCallSiteShift = 48;
inline constexpr std::uint64_t kMostWaited = (std::uint64_t{1} << kCallSiteShift) - 1;

inline constexpr std::uint32_t kHeaderOffset = 0;
inline constexpr std::uint32_t kControlOffset = 4096;
inline constexpr std::uint32_t kDeclarationsOffset = 8192;
inline constexpr std::uint32_t kDeclarationsBytes = 4 << 20;
inline constexpr std::uint32_t kThreadsOffset = kDeclarationsOffset + kDeclarationsBytes;
inline constexpr std::uint32_t kObjectsOffset = kThreadsOffset + kThreadSlots * 128;
inline constexpr std::uint32_t kRingOffset = kObjectsOffset + kObjectSlots * 128;
inline constexpr std::uint32_t kWaitSetsOffset = kRingOffset + kRingSlots * 32;
inline constexpr std::uint32_t kLiveFileBytes = kWaitSetsOffset + kThreadSlots * 128;
static_assert(sizeof(LiveHeader) == sizeof(PlainHeader) && sizeof(LiveHeader) <= 4096);
static_assert(kThreadsOffset % 4096 == 0 && kObjectsOffset % 4096 == 0 && kRingOffset % 4096 == 0);
static_assert(kWaitSetsOffset % 4096 == 0);

}  // namespace mp::wire
