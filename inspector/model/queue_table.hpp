// QueueTable: how full each queue is and how fast it moves. Depth is the difference of the queue's
// own item numbers, so it is exact whatever was lost.
#pragma once

#include "model/ids.hpp"
#include "model/message_trace.hpp"
#include "model/series.hpp"

#include <map>

namespace inspector::model {

struct DepthBucket {
  std::uint64_t begin_ns = 0;
  std::uint64_t min = 0;
  std::uint64_t max = 0;
  std::uint64_t last = 0;  // depth at the bucket's end, and on until the next bucket
  std::uint64_t puts = 0;  // in this bucket: divide by the series' width for a rate
  std::uint64_t gets = 0;
  void merge(const DepthBucket& later) {
    min = min < later.min ? min : later.min;
    max = max > later.max ? max : later.max;
    last = later.last;
    puts += later.puts;
    gets += later.gets;
  }
  void io(auto& ar) { ar(begin_ns, min, max, last, puts, gets); }
};

struct Queue {
  ObjectId object = 0;
  std::uint64_t puts = 0;  // number of the newest item put
  std::uint64_t gets = 0;  // number of the newest item taken
  std::uint64_t max_depth = 0;
  std::uint64_t last_put_ns = 0;
  std::uint64_t last_get_ns = 0;
  ThreadKey last_putter;
  ThreadKey last_getter;
  std::uint64_t full = 0;   // puts that failed
  std::uint64_t empty = 0;  // gets that failed
  BucketSeries<DepthBucket, 512> series;
  MessageTrace trace;

  [[nodiscard]] std::uint64_t depth() const noexcept { return puts > gets ? puts - gets : 0; }
  void io(auto& ar) {
    ar(object, puts, gets, max_depth, last_put_ns, last_get_ns, last_putter, last_getter, full,
       empty, series, trace);
  }
};

class QueueTable {
 public:
  [[nodiscard]] const std::map<ObjectId, Queue>& rows() const noexcept { return rows_; }
  [[nodiscard]] const Queue* find(ObjectId object) const noexcept;

  Queue& touch(ObjectId object);
  // The newest numbers that someone knows of, 0 = none; older ones change nothing. False then.
  bool saw(Queue& row, std::uint64_t put_number, std::uint64_t get_number, std::uint64_t capacity,
           std::uint64_t now_ns);
  void absorb(ObjectId from, ObjectId to, std::uint64_t capacity, std::uint64_t now_ns);

  void io(auto& ar) { ar(rows_); }

 private:
  std::map<ObjectId, Queue> rows_;
};

}  // namespace inspector::model
