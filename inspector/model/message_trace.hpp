// MessageTrace: single items of a queue, from the put to the get, matched by the queue's own item
// numbers: nothing travels with an item. In bounded memory: when too many wait in the queue, only
// every second, fourth, ... item is followed.
#pragma once

#include "model/ids.hpp"
#include "model/series.hpp"
#include "model/sojourn.hpp"

#include <cstdint>
#include <vector>

namespace inspector::model {

// One end of an item's way: 0 = not seen.
struct Handling {
  std::uint64_t at_ns = 0;
  ThreadKey thread{};
  void io(auto& ar) { ar(at_ns, thread); }
};

struct Message {
  std::uint64_t number = 0;  // in its queue: 1, 2, ...
  std::uint32_t bytes = 0;
  Handling put;
  Handling got;
  // Clocks of one host: a get that was stamped before its put was stamped in the same instant.
  [[nodiscard]] std::uint64_t sojourn_ns() const noexcept {
    return got.at_ns > put.at_ns ? got.at_ns - put.at_ns : 0;
  }
  void io(auto& ar) { ar(number, bytes, put, got); }
};

// How long items stayed that were taken in this stretch of time.
struct SojournBucket {
  std::uint64_t begin_ns = 0;
  Sojourns sojourns;
  void merge(const SojournBucket& later) { sojourns.merge(later.sojourns); }
  void io(auto& ar) { ar(begin_ns, sojourns); }
};

class MessageTrace {
 public:
  static constexpr std::size_t kOpen = 512;
  static constexpr std::size_t kRecent = 256;

  // In any order: who puts and who gets report by themselves. `gets`: the newest number taken.
  void put(std::uint64_t number, const Handling& by, std::uint32_t bytes, std::uint64_t gets);
  void got(std::uint64_t number, const Handling& by, std::uint32_t bytes, std::uint64_t gets);

  [[nodiscard]] bool is_empty() const noexcept { return open_.empty(); }
  // Those that were seen from end to end, in the order in which they were taken.
  [[nodiscard]] const RecentRows<Message, kRecent>& recent() const noexcept { return recent_; }
  // Those that are in the queue, oldest first. `gets` as above.
  [[nodiscard]] std::vector<Message> waiting(std::uint64_t gets) const;
  // Only items whose number it divides are followed.
  [[nodiscard]] std::uint64_t stride() const noexcept { return stride_; }
  [[nodiscard]] const BucketSeries<SojournBucket, 128, 100'000'000>& sojourns() const noexcept {
    return sojourns_;
  }

  void io(auto& ar) {
    ar(stride_, open_, recent_, sojourns_);
    if constexpr (std::remove_reference_t<decltype(ar)>::kReads) {
      if (!sound()) {
        ar.fail();
        *this = {};
      }
    }
  }

 private:
  [[nodiscard]] bool sound() const noexcept;
  Message* place(std::uint64_t number, std::uint64_t gets);
  void follow_every(std::uint64_t stride);
  void finish_if_whole(Message& message);

  std::uint64_t stride_ = 1;
  std::vector<Message> open_;  // kOpen of them or none; at number / stride, round and round
  RecentRows<Message, kRecent> recent_;
  BucketSeries<SojournBucket, 128, 100'000'000> sojourns_;
};

}  // namespace inspector::model
