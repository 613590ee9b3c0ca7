// The live file: one sparse file on tmpfs per process. It says what is true now and what happened last, and it outlives
// the process: SIGKILL loses nothing that was stored. Picture and rules: libmp/doc/live_file.md.
//
//   header (4 KiB) | control (4 KiB) | declarations (4 MiB) | threads (32 KiB) | objects (128 KiB) | ring (1 MiB)
//
// The process itself writes everything but the control page; readers may write only there. Readers use pread(2) and
// believe nothing: a file may be cut short or rewritten under them.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace mp::wire {

inline constexpr char kLiveMagic[8] = {'M', 'P', 'L', 'I', 'V', 'E', '0', '1'};
inline constexpr std::uint32_t kLiveVersion = 1;
inline constexpr std::uint32_t kThreadSlots = 256;
inline constexpr std::uint32_t kObjectSlots = 1024;
inline constexpr std::uint32_t kRingSlots = 32768;  // a power of two
inline constexpr std::uint32_t kHeldPerThread = 6;
inline constexpr std::uint32_t kNoteBytes = 40;
inline constexpr std::uint32_t kNameBytes = 64;

// Constant after creation, except where a writer and an ordering are named.
struct LiveHeader {
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

  alignas(64) std::atomic<std::uint32_t> declared_bytes;  // owner, release: commit of the declaration arena
  std::atomic<std::uint32_t> declarations_lost;           // owner, relaxed: the arena was full
  std::atomic<std::uint32_t> exit_state;                  // owner, release, after exit_code: kAlive, kExited
  std::atomic<std::int32_t> exit_code;
  std::atomic<std::uint64_t> exit_ns;
  std::atomic<std::uint32_t> reaped;  // the parent, release, after reaped_code: 1
  std::atomic<std::int32_t> reaped_code;  // exit code or -signal
  std::atomic<std::uint64_t> reaped_ns;

  alignas(64) std::atomic<std::uint64_t> ring_head;  // owner's threads, relaxed: slots handed out so far
};
inline constexpr std::uint32_t kAlive = 0;
inline constexpr std::uint32_t kExited = 1;

// The only page that a reader may write.
struct LiveControl {
  std::atomic<std::uint32_t> level;    // 0..3, relaxed; read by every probe
  std::atomic<std::uint32_t> watcher;  // pid of a reporter that follows this file, 0 = none: then it may be removed at exit
};

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
// `held` entries are (acquisition number << 32 | handle), each stored whole.
struct ThreadSlot {
  std::atomic<std::uint32_t> seq;
  std::atomic<std::uint32_t> tid;  // 0 = free
  std::atomic<std::uint32_t> state;  // wire::ThreadState
  std::atomic<std::uint32_t> object;
  std::atomic<std::uint32_t> wait_number;
  std::atomic<std::uint32_t> generation;  // counts the threads that have had this slot
  std::atomic<std::uint64_t> since_ns;
  std::atomic<std::uint32_t> held_count;  // may exceed kHeldPerThread: then the rest is not listed
  std::atomic<std::uint32_t> note_seq;
  std::atomic<std::uint64_t> held[kHeldPerThread];
  char note[kNoteBytes];  // under note_seq, zero-padded
};
static_assert(sizeof(ThreadSlot) == 128);

// Totals of this process for one object; the slot of handle h is (h - 1) % kObjectSlots, if it got it.
// Writers are serialised by the object itself (its lock, its side of the queue); relaxed.
struct ObjectSlot {
  std::atomic<std::uint32_t> handle;  // 0 = free
  std::atomic<std::uint32_t> kind;    // wire::ObjectKind
  std::atomic<std::uint64_t> in;
  std::atomic<std::uint64_t> out;
  std::atomic<std::uint64_t> in_bytes;
  std::atomic<std::uint64_t> out_bytes;
  std::atomic<std::uint64_t> blocked;
  std::atomic<std::uint64_t> blocked_ns;
  std::atomic<std::uint64_t> in_number;
  std::atomic<std::uint64_t> out_number;
  std::uint64_t reserved[7];
};
static_assert(sizeof(ObjectSlot) == 128);

// One event. `commit` is the low half of its index + 1, stored last with release; anything else means: not (or no
// longer) this event.
struct RingSlot {
  std::atomic<std::uint32_t> commit;
  std::atomic<std::uint16_t> kind;
  std::atomic<std::uint16_t> thread;
  std::atomic<std::uint64_t> t_ns;
  std::atomic<std::uint32_t> object;
  std::atomic<std::uint32_t> c;
  std::atomic<std::uint64_t> a;
};
static_assert(sizeof(RingSlot) == 32);

inline constexpr std::uint32_t kHeaderOffset = 0;
inline constexpr std::uint32_t kControlOffset = 4096;
inline constexpr std::uint32_t kDeclarationsOffset = 8192;
inline constexpr std::uint32_t kDeclarationsBytes = 4 << 20;
inline constexpr std::uint32_t kThreadsOffset = kDeclarationsOffset + kDeclarationsBytes;
inline constexpr std::uint32_t kObjectsOffset = kThreadsOffset + kThreadSlots * 128;
inline constexpr std::uint32_t kRingOffset = kObjectsOffset + kObjectSlots * 128;
inline constexpr std::uint32_t kLiveFileBytes = kRingOffset + kRingSlots * 32;
static_assert(sizeof(LiveHeader) <= 4096 && sizeof(LiveControl) <= 4096);
static_assert(kThreadsOffset % 4096 == 0 && kObjectsOffset % 4096 == 0 && kRingOffset % 4096 == 0);

}  // namespace mp::wire
