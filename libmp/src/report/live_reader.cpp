#include "report/live_reader.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <span>

#include "os/clock.hpp"
#include "os/shared_file.hpp"
#include "wire/payload.hpp"

namespace mp::report {
namespace {

using wire::EventKind;

constexpr std::uint64_t kStuckNs = 100'000'000;  // a slot handed out this long ago was lost by its writer
constexpr std::uint32_t kThreadsPerRead = 32;    // one page
constexpr std::uint64_t kSaneHead = std::uint64_t{1} << 56;

std::string bounded_text(const char* text, std::size_t size) { return {text, ::strnlen(text, size)}; }

}  // namespace

Result<LiveReader> LiveReader::open(const std::string& path) {
  LiveReader reader;
  reader.path_ = path;
  reader.fd_ = os::open_shared_file(path, true);
  if (!reader.fd_.valid()) reader.fd_ = os::open_shared_file(path, false);
  if (!reader.fd_.valid()) return Failure{FailureCode::NotFound, "cannot be opened", path};
  const auto header = std::make_unique<wire::PlainHeader>();
  // Its owner makes it first and gives it its size then.
  if (!reader.read_raw(0, header.get(), sizeof *header)) {
    return Failure{FailureCode::NotFound, "too short for a live file (or not one yet)", path};
  }
  if (std::memcmp(header->magic, wire::kLiveMagic, sizeof wire::kLiveMagic) != 0) {
    return Failure{FailureCode::NotFound, "not a live file (or not one yet)", path};
  }
  if (header->version < wire::kOldestLiveVersion || header->version > wire::kLiveVersion) {
    return Failure{FailureCode::Unsupported,
                   "live file of version " + std::to_string(header->version) + ", this reader knows up to " +
                       std::to_string(wire::kLiveVersion),
                   path};
  }
  // The hello is the first declaration: a file without one is still being made.
  if (header->declared_bytes == 0) return Failure{FailureCode::NotFound, "not introduced yet", path};
  LiveIdentity& id = reader.identity_;
  id.puid = header->puid;
  id.parent = header->parent;
  id.root = header->root;
  id.process = {header->pid, header->start_ticks};
  id.born_ns = header->born_ns;
  id.method = static_cast<wire::StartMethod>(header->method);
  id.boot_id = bounded_text(header->boot_id, sizeof header->boot_id);
  id.name = bounded_text(header->name, sizeof header->name);
  reader.highest_handle_ = header->inherited_upto;
  reader.version_ = header->version;
  if (id.puid == 0 || id.process.pid == 0) return Failure{FailureCode::Malformed, "no process in the header", path};
  return reader;
}

bool LiveReader::read_raw(std::uint64_t offset, void* into, std::size_t bytes) {
  return os::read_at(fd_.get(), offset, std::as_writable_bytes(std::span(static_cast<char*>(into), bytes))) == bytes;
}

void LiveReader::stop(std::string why) {
  if (trouble_.empty()) trouble_ = std::move(why);
}

void LiveReader::add(wire::Batch& into, wire::Event event, std::string_view payload) {
  event.process = identity_.puid;
  into.add(event, payload);
}

// --- declarations and ring -----------------------------------------------------------------------------------------

void LiveReader::read_news(wire::Batch& into, std::uint64_t now_ns, bool last) {
  if (trouble_.empty()) read_declarations(into);
  if (trouble_.empty()) read_ring(into, now_ns, last);
  if (lost_ != 0) {
    add(into, {.t_ns = now_ns, .a = lost_, .kind = EventKind::Lost});
    lost_ = 0;
    tell_all_ = true;
  }
  if (!trouble_.empty() && !trouble_told_) {
    trouble_told_ = true;
    add(into, {.t_ns = now_ns, .c = 30, .kind = EventKind::Log},
        "live file of this process is damaged, nothing more is read from it: " + trouble_);
  }
}

void LiveReader::read_declarations(wire::Batch& into) {
  std::uint32_t end = 0;
  if (!read_raw(offsetof(wire::PlainHeader, declared_bytes), &end, sizeof end)) return stop("the file was cut short");
  if (end == declared_) return;
  if (end < declared_ || end > wire::kDeclarationsBytes) return stop("the size of the declarations makes no sense");
  std::vector<char> bytes(end - declared_);
  if (!read_raw(wire::kDeclarationsOffset + declared_, bytes.data(), bytes.size())) return stop("the file was cut short");
  std::size_t at = 0;
  while (at < bytes.size()) {
    wire::Declaration head{};
    const std::size_t left = bytes.size() - at;
    if (left < sizeof head) return stop("declaration at " + std::to_string(declared_ + at) + " is cut short");
    std::memcpy(&head, bytes.data() + at, sizeof head);
    if (head.bytes < sizeof head || head.bytes % 8 != 0 || head.bytes > left ||
        head.payload_bytes > head.bytes - sizeof head) {
      return stop("declaration at " + std::to_string(declared_ + at) + " has sizes that make no sense");
    }
    add(into,
        {.t_ns = head.t_ns, .a = head.a, .object = head.object, .c = head.c,
         .kind = static_cast<EventKind>(head.kind), .thread = head.thread},
        std::string_view(bytes.data() + at + sizeof head, head.payload_bytes));
    if (head.kind == static_cast<std::uint16_t>(EventKind::Declare)) {
      highest_handle_ = std::max(highest_handle_, head.object);
    }
    at += head.bytes;
  }
  declared_ = end;
}

void LiveReader::read_ring(wire::Batch& into, std::uint64_t now_ns, bool last) {
  constexpr std::uint64_t kN = wire::kRingSlots;
  std::uint64_t head = 0;
  if (!read_raw(offsetof(wire::PlainHeader, ring_head), &head, sizeof head)) return stop("the file was cut short");
  if (head == next_slot_) return;
  if (head < next_slot_ || head > kSaneHead) return stop("the head of the ring makes no sense");
  // The oldest slot of a full ring may be half overwritten: it is never read.
  const std::uint64_t oldest = head >= kN ? head - kN + 1 : 0;
  if (next_slot_ < oldest) {
    lost_ += oldest - next_slot_;
    next_slot_ = oldest;
  }
  const std::uint64_t first = next_slot_;
  std::vector<wire::PlainSlot> slots(head - first);
  for (std::uint64_t i = first; i < head;) {
    const std::uint64_t at = i % kN;
    const std::uint64_t run = std::min(head - i, kN - at);
    if (!read_raw(wire::kRingOffset + at * sizeof(wire::PlainSlot), &slots[i - first], run * sizeof(wire::PlainSlot))) {
      return stop("the file was cut short");
    }
    i += run;
  }
  // Whatever was handed out meanwhile may have torn the oldest of what we have just copied.
  std::uint64_t head_after = head;
  if (!read_raw(offsetof(wire::PlainHeader, ring_head), &head_after, sizeof head_after)) return stop("the file was cut short");
  const std::uint64_t torn_below = head_after >= kN ? head_after - kN + 1 : 0;
  // Slots that were handed out long ago and are still not committed never will be: their writers were killed, or there
  // was no memory for them.
  const bool overdue = stuck_since_ns_ != 0 && now_ns - stuck_since_ns_ > kStuckNs;
  next_slot_ = take_slots(slots, first, torn_below, last ? head : overdue ? stuck_head_ : 0, into);
  if (next_slot_ == head) {
    stuck_since_ns_ = 0;
  } else if (stuck_since_ns_ == 0 || overdue) {
    stuck_since_ns_ = now_ns;
    stuck_head_ = head;
  }
}

wire::Event LiveReader::event_in(const wire::PlainSlot& slot) {
  wire::Event event{.t_ns = slot.t_ns,
                    .a = slot.a,
                    .object = slot.object,
                    .c = slot.c,
                    .kind = static_cast<EventKind>(slot.kind),
                    .thread = slot.thread};
  if (event.kind == EventKind::LockGot) {
    event.flags = static_cast<std::uint16_t>(event.a >> wire::kCallSiteShift);
    event.a &= wire::kMostWaited;
  }
  return event;
}

// Returns the first slot that is not yet committed (the end, if all are). Uncommitted ones below `given_up` are lost.
std::uint64_t LiveReader::take_slots(const std::vector<wire::PlainSlot>& slots, std::uint64_t first,
                                     std::uint64_t torn_below, std::uint64_t given_up, wire::Batch& into) {
  for (std::uint64_t i = first; i < first + slots.size(); ++i) {
    const wire::PlainSlot& slot = slots[i - first];
        if (i < torn_below) {
      ++lost_;
      continue;
    }
    if (slot.commit != static_cast<std::uint32_t>(i + 1)) {
      if (i >= given_up) return i;
      ++lost_;
      continue;
    }
    add(into, event_in(slot));
  }
  return first + slots.size();
}

// --- live page -----------------------------------------------------------------------------------------------------

void LiveReader::read_page(wire::Batch& into, std::uint64_t now_ns, bool last) {
  if (!trouble_.empty()) return;
  read_threads(into, now_ns, last);
  read_objects(into, now_ns);
  tell_all_ = false;
}

void LiveReader::read_threads(wire::Batch& into, std::uint64_t now_ns, bool last) {
  std::array<wire::PlainThread, kThreadsPerRead> raw;
  for (std::uint32_t begin = 0; begin < wire::kThreadSlots; begin += kThreadsPerRead) {
    if (!read_raw(wire::kThreadsOffset + begin * sizeof(wire::PlainThread), raw.data(), sizeof raw)) {
      return stop("the file was cut short");
    }
    for (std::uint32_t i = 0; i < kThreadsPerRead; ++i) {
      const wire::PlainThread& slot = raw[i];
      if (slot.generation == 0) continue;
      const auto index = static_cast<std::uint16_t>(begin + i);
      if (const auto now = view_of(slot, index, last)) compare_thread(index, *now, into, now_ns, last);
    }
    // Slots are claimed from the front: behind a page whose last slot was never used there is nothing.
    if (raw[kThreadsPerRead - 1].generation == 0) break;
  }
}

// Empty when the slot is being written at this moment: its next reading will do. A dead process may have left it so;
// then it is taken as it stands.
std::optional<LiveReader::ThreadView> LiveReader::view_of(const wire::PlainThread& slot, std::uint16_t index, bool last) {
  if (!last) {
    std::uint32_t seq_after = 0;
    if ((slot.seq & 1) != 0) return std::nullopt;
    if (!read_raw(wire::kThreadsOffset + index * sizeof slot, &seq_after, sizeof seq_after) || seq_after != slot.seq) {
      return std::nullopt;
    }
  }
  ThreadView now;
  now.generation = slot.generation;
  now.wait_number = slot.wait_number;
  now.since_ns = slot.since_ns;
  if (slot.tid != 0) {
    now.state = slot.state;
    now.object = slot.object;
    for (std::uint32_t i = 0; i < wire::kHeldPerThread; ++i) {
      (i < slot.held_count ? now.held : now.freed)[i] = slot.held[i] & ~std::uint64_t{wire::kTold};
    }
    if ((slot.note_seq & 1) == 0) now.note = bounded_text(slot.note, sizeof slot.note);
  }
  return now;
}

// Empty when it is not, or not yet, that of this wait.
std::optional<wire::WaitSet> LiveReader::read_wait_set(std::uint16_t index, std::uint32_t wait_number, bool last) {
  if (version_ < wire::kVersionWithWaitSets) return std::nullopt;
  wire::PlainWaitSet raw;
  const std::uint64_t at = wire::kWaitSetsOffset + index * sizeof raw;
  if (!read_raw(at, &raw, sizeof raw) || raw.wait_number != wait_number) return std::nullopt;
  std::uint32_t number_after = 0;
  if (!last && (!read_raw(at, &number_after, sizeof number_after) || number_after != wait_number)) return std::nullopt;
  wire::WaitSet set{.count = raw.count, .things = {}};
  for (std::uint32_t i = 0; i < std::min(raw.count, wire::kAwaitedListed); ++i) {
    const bool is_process = (raw.processes >> i & 1) != 0;
    set.things.push_back({.object = is_process ? 0 : static_cast<std::uint32_t>(raw.things[i]),
                          .process = is_process ? raw.things[i] : 0});
  }
  return set;
}

void LiveReader::compare_thread(std::uint16_t index, ThreadView now, wire::Batch& into, std::uint64_t now_ns, bool last) {
  if (threads_.size() <= index) threads_.resize(index + 1u);
  ThreadView& before = threads_[index];
  const bool is_new = tell_all_ || before.generation != now.generation || before.state != now.state ||
                      before.object != now.object || before.wait_number != now.wait_number;
  if (is_new) {
    add(into, {.t_ns = now_ns, .a = now.since_ns, .object = now.object, .c = now.wait_number,
               .kind = EventKind::ThreadState, .thread = index, .flags = static_cast<std::uint16_t>(now.state)});
  }
  now.has_told_set = !is_new && before.has_told_set;
  if (now.state == static_cast<std::uint32_t>(wire::ThreadState::Wait) && !now.has_told_set) {
    if (const auto set = read_wait_set(index, now.wait_number, last)) {
      now.has_told_set = true;
      add(into, {.t_ns = now_ns, .c = now.wait_number, .kind = EventKind::WaitSet, .thread = index}, wire::encode(*set));
    }
  }
  const auto lists = [](const auto& entries, std::uint64_t entry) {
    return std::find(entries.begin(), entries.end(), entry) != entries.end();
  };
  const auto tell = [&](EventKind kind, std::uint64_t entry) {
    add(into, {.t_ns = now_ns, .object = static_cast<std::uint32_t>(entry),
               .c = static_cast<std::uint32_t>(entry >> 32), .kind = kind, .thread = index});
  };
  for (const std::uint64_t entry : before.held) {
    if (entry != 0 && !lists(now.held, entry)) tell(EventKind::Unheld, entry);
  }
  // Held and freed between two looks: it still tells how far the lock has come.
  for (const std::uint64_t entry : now.freed) {
    if (entry != 0 && !lists(before.freed, entry) && !lists(before.held, entry)) tell(EventKind::Unheld, entry);
  }
  for (const std::uint64_t entry : now.held) {
    if (entry != 0 && (tell_all_ || !lists(before.held, entry))) tell(EventKind::Held, entry);
  }
  if (before.note != now.note) {
    add(into, {.t_ns = now_ns, .kind = EventKind::Note, .thread = index}, now.note);
  }
  before = std::move(now);
}

void LiveReader::read_objects(wire::Batch& into, std::uint64_t now_ns) {
  // Slots are given by handle, also to the inherited ones: behind the highest handle there is nothing.
  constexpr std::uint32_t kPerRead = 32;
  std::array<wire::PlainObject, kPerRead> raw;
  for (std::uint32_t begin = 0; begin < wire::kObjectSlots; begin += kPerRead) {
    if (!read_raw(wire::kObjectsOffset + begin * sizeof(wire::PlainObject), raw.data(), sizeof raw)) {
      return stop("the file was cut short");
    }
    if (objects_.size() < begin + kPerRead) objects_.resize(begin + kPerRead);
    for (std::uint32_t i = 0; i < kPerRead; ++i) {
      const wire::PlainObject& slot = raw[i];
      if (slot.handle == 0) continue;
      highest_handle_ = std::max(highest_handle_, slot.handle);
      const wire::ObjectCounters now{slot.in, slot.out, slot.in_bytes, slot.out_bytes,
                                     slot.blocked, slot.blocked_ns, slot.in_number, slot.out_number};
      ObjectView& before = objects_[begin + i];
      if (!tell_all_ && before.handle == slot.handle && before.counters == now) continue;
      before = {slot.handle, now};
      add(into, {.t_ns = now_ns, .object = slot.handle, .kind = EventKind::Counters}, wire::encode(now));
    }
    if (begin + kPerRead > highest_handle_) break;
  }
}

// --- ending and control --------------------------------------------------------------------------------------------

std::optional<wire::ProcessInfo> LiveReader::introduction() const {
  constexpr std::uint32_t kLongest = 64 * 1024;
  wire::Declaration head{};
  const auto head_bytes = std::as_writable_bytes(std::span(&head, 1));
  if (os::read_at(fd_.get(), wire::kDeclarationsOffset, head_bytes) != head_bytes.size() ||
      head.kind != static_cast<std::uint16_t>(EventKind::Hello) || head.payload_bytes > kLongest) {
    return std::nullopt;
  }
  std::string payload(head.payload_bytes, '\0');
  const auto room = std::as_writable_bytes(std::span(payload));
  if (os::read_at(fd_.get(), wire::kDeclarationsOffset + sizeof head, room) != room.size()) return std::nullopt;
  return wire::decode_process_info(payload);
}

std::uint64_t LiveReader::last_sign_ns() const noexcept {
  const std::uint64_t known = std::max(identity_.born_ns, ending().t_ns);
  std::uint64_t head = 0;
  const auto head_bytes = std::as_writable_bytes(std::span(&head, 1));
  const std::uint64_t at = offsetof(wire::PlainHeader, ring_head);
  if (os::read_at(fd_.get(), at, head_bytes) != head_bytes.size() || head == 0) return known;
  wire::PlainSlot newest{};
  const auto bytes = std::as_writable_bytes(std::span(&newest, 1));
  const std::uint64_t index = (head - 1) & (wire::kRingSlots - 1);
  if (os::read_at(fd_.get(), wire::kRingOffset + index * sizeof newest, bytes) != bytes.size()) return known;
  // A writer that died in the middle of it leaves anything.
  const bool is_sane = newest.t_ns >= identity_.born_ns && newest.t_ns <= os::monotonic_ns();
  return is_sane ? std::max(known, newest.t_ns) : known;
}

LiveEnding LiveReader::ending() const noexcept {
  LiveEnding out;
  wire::PlainHeader plain_header;
  const wire::PlainHeader* const header = &plain_header;
  const auto bytes = std::as_writable_bytes(std::span(&plain_header, 1));
  if (os::read_at(fd_.get(), 0, bytes) != bytes.size()) return out;
  out.exited = header->exit_state == wire::kExited;
  out.reaped = header->reaped != 0;
  if (out.exited) {
    out.code = header->exit_code;
    out.t_ns = header->exit_ns;
  }
  if (out.reaped) {
    out.code = header->reaped_code;
    if (out.t_ns == 0) out.t_ns = header->reaped_ns;
  }
  return out;
}

void LiveReader::set_level(std::uint32_t level) noexcept {
  os::write_at(fd_.get(), wire::kControlOffset + offsetof(wire::PlainControl, level), std::as_bytes(std::span(&level, 1)));
}

void LiveReader::set_watcher(std::uint32_t pid) noexcept {
  os::write_at(fd_.get(), wire::kControlOffset + offsetof(wire::PlainControl, watcher), std::as_bytes(std::span(&pid, 1)));
}

}  // namespace mp::report
