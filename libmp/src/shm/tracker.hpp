// The resource tracker, from the side of the processes whose names it tracks. The tracker itself:
// tracker_main.cpp. One for a tree; picture and rules: libmp/doc/resource_tracker.md.
#pragma once

#include "os/process_id.hpp"
#include "os/unique_fd.hpp"
#include "shm/tracker_record.hpp"
#include <libmp/detail/luggage.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace mp::shm {

// What ties a process to its tree's tracker: numbers of descriptors in the luggage.
struct TrackerPlace {
  std::uint32_t journal = ~std::uint32_t{0};
  std::uint32_t bell = ~std::uint32_t{0};
};

// Before the first child: so that all of a tree have the same one, whoever needs it first. Starts
// no process. Forked children inherit it.
void prepare_tracker() noexcept;
// For children that inherit nothing.
TrackerPlace pack_tracker(mp::detail::Luggage& luggage);
void adopt_tracker(TrackerPlace place, mp::detail::Luggage& luggage);

// What this process is called in the tracker's lines; MainProcess if nobody has said.
void name_maker(std::string_view name);

// One name, for which this tree is responsible.
class TrackedName {
 public:
  TrackedName() = default;

  // Of a block that this process has made and that is about to get this name. The tracker is
  // started, unless it lives. Fails: ValueError (too long), OSError.
  static TrackedName reserve(const std::string& name, os::FileIdentity block, std::uint64_t bytes,
                             const std::string& site);
  // Of a block that was made elsewhere, perhaps in this tree. Says nothing.
  static TrackedName of_others(const std::string& name, os::FileIdentity block);

  // The maker says so; of other processes nothing is to be heard.
  void named() noexcept;
  void left() noexcept;
  // Anybody may say this.
  void unlinked() noexcept;

 private:
  [[nodiscard]] TrackerRecord record(BlockState state) const;
  void say(BlockState state) const noexcept;

  std::string name_;
  os::FileIdentity block_;
  std::uint64_t bytes_ = 0;
  std::uint64_t born_ns_ = 0;
  std::string site_;
  os::ProcessId maker_;  // nobody, if it was made elsewhere
};

// Of the tracker that lives; 0 if there is none.
std::uint32_t tracker_pid() noexcept;

}  // namespace mp::shm
