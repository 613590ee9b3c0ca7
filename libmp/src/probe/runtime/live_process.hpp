// The live file of this process: opened at the first fact, written by the verbs, forgotten by a forked child.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "os/process_id.hpp"
#include "wire/awaited.hpp"
#include "wire/kinds.hpp"
#include "wire/live_file.hpp"

namespace mp::probe {

// Views into the mapped file. Constant from the moment it is published.
struct LiveFile {
  wire::LiveHeader* header = nullptr;
  wire::LiveControl* control = nullptr;
  std::byte* declarations = nullptr;
  wire::ThreadSlot* threads = nullptr;
  wire::ObjectSlot* objects = nullptr;
  wire::RingSlot* ring = nullptr;
  wire::WaitSetSlot* wait_sets = nullptr;
  char path[256] = {};
  char tree_dir[256] = {};
};

// What a process is to be called when it opens its file.
struct Birthright {
  std::uint64_t puid = 0;
  std::uint64_t parent = 0;
  std::uint64_t root = 0;
  std::uint32_t parent_pid = 0;
  std::uint32_t inherited_upto = 0;
  std::uint32_t level = 0;
  std::uint32_t watcher = 0;
  wire::StartMethod method = wire::StartMethod::Root;
  bool daemon = false;
  char name[wire::kNameBytes] = {};
  char tree_dir[256] = {};  // of the parent; empty for a root
};

// The live file of this process, opening it if this is the first fact. nullptr when probes are off, when no file can be
// had (said once on stderr), or while another thread is opening it.
const LiveFile* live() noexcept;

// The same, but never opens one.
const LiveFile* live_if_open() noexcept;

// Who this process will be; only before its file is open, and single-threaded (right after fork).
void set_birthright(const Birthright& right) noexcept;
// What the fork handler has put down for this forked child.
const Birthright& inherited_birthright() noexcept;
// What a child of this process starts from.
Birthright birthright_for_child(std::uint64_t puid) noexcept;

// Stops recording in this process for good (its file stays as it is).
void abandon() noexcept;

// Appends a declaration. False when the arena is full (counted in the header).
bool declare(const LiveFile& file, wire::EventKind kind, std::uint16_t thread, std::uint32_t object, std::uint32_t c,
             std::uint64_t a, std::string_view payload) noexcept;

// Appends to the ring; drops (the reader counts it) when memory cannot be had.
void emit(const LiveFile& file, wire::EventKind kind, std::uint16_t thread, std::uint32_t object, std::uint32_t c,
          std::uint64_t a, std::uint64_t t_ns) noexcept;

// The calling thread's slot; claims one at first use. nullptr when all are taken.
wire::ThreadSlot* thread_slot(const LiveFile& file) noexcept;
std::uint16_t thread_index(const LiveFile& file) noexcept;

// Writes what the thread does as one group; only the slot's own thread may.
void set_thread_state(wire::ThreadSlot& slot, wire::ThreadState state, std::uint32_t object, std::uint32_t wait_number,
                      std::uint64_t since_ns) noexcept;

// Writes what the calling thread's next wait is for; nothing when memory for it cannot be had.
void list_awaited(const LiveFile& file, std::span<const wire::Awaited> things, std::uint32_t count) noexcept;

// The slot with this object's totals, or nullptr if another object has it.
wire::ObjectSlot* object_slot(const LiveFile& file, std::uint32_t handle) noexcept;
void free_object_slot(const LiveFile& file, std::uint32_t handle) noexcept;

// Handles are numbered 1, 2, ... through parents and children.
std::uint32_t next_handle() noexcept;

// Slots of threads, from the first on, whose pages are there; a look at others would make pages.
std::uint32_t thread_slots_ready() noexcept;

namespace detail {

// Bytes of the declarations that are populated when the file is made.
inline constexpr std::uint32_t kDeclarationsReady = 4096;

// In a forked child: the thread slot, the arena and the ring belong to the parent. Plain stores only,
// and no more than needed: each page that a child writes to is copied. `handles`: how many were ever given out.
void forget_writer_state(std::uint32_t handles) noexcept;
// The end of this process in good order: exit record, and the file's removal if nobody needs it.
void leave(int exit_code) noexcept;

}  // namespace detail

}  // namespace mp::probe
