// LiveReader: reads the live file of one process from outside, while it lives and after. It maps nothing and believes
// nothing: the file may be cut short, rewritten or garbage, and the worst outcome is that it says so once and stops.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "os/process_id.hpp"
#include "os/unique_fd.hpp"
#include "wire/event.hpp"
#include "wire/live_file.hpp"

namespace mp::report {

// The constant part of a live file's header, checked.
struct LiveIdentity {
  std::uint64_t puid = 0;
  std::uint64_t parent = 0;
  std::uint64_t root = 0;
  os::ProcessId process;
  std::uint64_t born_ns = 0;
  wire::StartMethod method = wire::StartMethod::Root;
  std::string boot_id;
  std::string name;
};

// How the process ended, as far as its file knows.
struct LiveEnding {
  bool exited = false;  // it said so itself
  bool reaped = false;  // its parent said so
  std::int32_t code = 0;
  std::uint64_t t_ns = 0;
};

class LiveReader {
 public:
  // Failure: no such file, not a live file, of another version, or not yet introduced (NotFound: try again later).
  static Result<LiveReader> open(const std::string& path);

  [[nodiscard]] const LiveIdentity& identity() const noexcept { return identity_; }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

  // What the live page says now, as events, but only what has changed since the last call. `last`: the process is dead.
  void read_page(wire::Batch& into, std::uint64_t now_ns, bool last);

  // Declarations and ring events that are new. Losses become Lost events. With `last`, slots that were handed out but
  // never committed count as lost, since nobody will commit them any more.
  void read_news(wire::Batch& into, std::uint64_t now_ns, bool last);

  [[nodiscard]] LiveEnding ending() const noexcept;

  // What the process said of itself when it made the file; empty when that is damaged.
  [[nodiscard]] std::optional<wire::ProcessInfo> introduction() const;

  // The latest moment at which it is known to have lived: its birth, its end, its newest event.
  [[nodiscard]] std::uint64_t last_sign_ns() const noexcept;

  // Writes into the control page. Quietly does nothing if the file was cut short.
  void set_level(std::uint32_t level) noexcept;
  void set_watcher(std::uint32_t pid) noexcept;

  // Why nothing is read any more; empty while all is well. Told once as a Log event by read_news.
  [[nodiscard]] const std::string& trouble() const noexcept { return trouble_; }

 private:
  struct ThreadView {
    std::uint32_t generation = 0;
    std::uint32_t state = 0;
    std::uint32_t object = 0;
    std::uint32_t wait_number = 0;
    std::uint64_t since_ns = 0;
    bool has_told_set = false;  // what this wait is for
    std::array<std::uint64_t, wire::kHeldPerThread> held{};
    std::array<std::uint64_t, wire::kHeldPerThread> freed{};  // the newest locks that it held before
    std::string note;
  };
  struct ObjectView {
    std::uint32_t handle = 0;
    wire::ObjectCounters counters;
  };

  bool read_raw(std::uint64_t offset, void* into, std::size_t bytes);
  void stop(std::string why);
  void read_declarations(wire::Batch& into);
  void read_ring(wire::Batch& into, std::uint64_t now_ns, bool last);
  std::uint64_t take_slots(const std::vector<wire::PlainSlot>& slots, std::uint64_t first, std::uint64_t torn_below,
                           std::uint64_t given_up, wire::Batch& into);
  static wire::Event event_in(const wire::PlainSlot& slot);
  void read_threads(wire::Batch& into, std::uint64_t now_ns, bool last);
  std::optional<ThreadView> view_of(const wire::PlainThread& slot, std::uint16_t index, bool last);
  void read_objects(wire::Batch& into, std::uint64_t now_ns);
  std::optional<wire::WaitSet> read_wait_set(std::uint16_t index, std::uint32_t wait_number, bool last);
  void compare_thread(std::uint16_t index, ThreadView now, wire::Batch& into, std::uint64_t now_ns, bool last);
  void add(wire::Batch& into, wire::Event event, std::string_view payload = {});

  os::UniqueFd fd_;
  std::string path_;
  std::uint32_t version_ = 0;
  LiveIdentity identity_;
  std::string trouble_;
  bool trouble_told_ = false;
  bool tell_all_ = true;  // also what has not changed: at first, and after a loss
  std::uint64_t declared_ = 0;   // bytes read
  std::uint64_t next_slot_ = 0;  // of the ring
  std::uint64_t lost_ = 0;       // since the last Lost event
  std::uint64_t stuck_since_ns_ = 0;  // a slot at next_slot_ has been waited for since then
  std::uint64_t stuck_head_ = 0;      // the head at that time
  std::uint32_t highest_handle_ = 0;
  std::vector<ThreadView> threads_;
  std::vector<ObjectView> objects_;
};

}  // namespace mp::report
