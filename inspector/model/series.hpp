// Bounded records over time: a series never grows past its limit but covers everything since its
// start, coarser as it ages.
#pragma once

#include "model/archive.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <deque>
#include <span>
#include <type_traits>
#include <vector>

namespace inspector::model {

// Buckets of equal width, only those in which something happened. When the limit is reached the
// width doubles and neighbours are merged. Bucket: `begin_ns` and `void merge(const Bucket&
// later)`.
template <class Bucket, std::size_t kLimit, std::uint64_t kFirstWidthNs = 10'000'000>
class BucketSeries {
 public:
  [[nodiscard]] const std::vector<Bucket>& buckets() const noexcept { return buckets_; }
  [[nodiscard]] std::uint64_t width_ns() const noexcept { return width_ns_; }
  [[nodiscard]] bool empty() const noexcept { return buckets_.empty(); }

  // The bucket in force at `t_ns`: the newest that begins at or before it; null before the first.
  [[nodiscard]] const Bucket* at(std::uint64_t t_ns) const noexcept {
    auto after = std::upper_bound(buckets_.begin(), buckets_.end(), t_ns,
                                  [](std::uint64_t t, const Bucket& b) { return t < b.begin_ns; });
    return after == buckets_.begin() ? nullptr : &*std::prev(after);
  }

  // Those that have a part in the moments from `begin_ns` up to and without `end_ns`.
  [[nodiscard]] std::span<const Bucket> touching(std::uint64_t begin_ns,
                                                 std::uint64_t end_ns) const noexcept {
    const auto first = std::lower_bound(
        buckets_.begin(), buckets_.end(), begin_ns,
        [this](const Bucket& b, std::uint64_t t) { return b.begin_ns + width_ns_ <= t; });
    const auto last =
        std::lower_bound(first, buckets_.end(), end_ns,
                         [](const Bucket& b, std::uint64_t t) { return b.begin_ns < t; });
    return {first, last};
  }

  // `fact.begin_ns` is the moment; moments before the newest bucket are counted into the newest.
  void add(Bucket fact) {
    fact.begin_ns -= fact.begin_ns % width_ns_;
    if (!buckets_.empty() && fact.begin_ns <= buckets_.back().begin_ns) {
      buckets_.back().merge(fact);
      return;
    }
    if (buckets_.size() == kLimit) {
      coarsen();
      add(fact);
      return;
    }
    buckets_.push_back(fact);
  }

  void io(auto& ar) {
    ar(width_ns_, buckets_);
    if constexpr (std::remove_reference_t<decltype(ar)>::kReads) {
      if (!sound()) {
        ar.fail();
        *this = {};
      }
    }
  }

 private:
  [[nodiscard]] bool sound() const noexcept {
    if (width_ns_ == 0 || width_ns_ % kFirstWidthNs != 0 || buckets_.size() > kLimit) return false;
    if (!std::has_single_bit(width_ns_ / kFirstWidthNs)) return false;
    for (std::size_t i = 0; i < buckets_.size(); ++i) {
      if (buckets_[i].begin_ns % width_ns_ != 0) return false;
      if (i > 0 && buckets_[i].begin_ns <= buckets_[i - 1].begin_ns) return false;
    }
    return true;
  }

  // Doubles the width until something merges; 2^63 ns hold any two moments but a hostile pair,
  // which ends the loop too.
  void coarsen() {
    while (buckets_.size() > kLimit / 2 &&
           width_ns_ < (std::uint64_t{1} << 62) / kFirstWidthNs * kFirstWidthNs) {
      width_ns_ *= 2;
      std::vector<Bucket> merged;
      for (Bucket bucket : buckets_) {
        bucket.begin_ns -= bucket.begin_ns % width_ns_;
        if (!merged.empty() && merged.back().begin_ns == bucket.begin_ns) {
          merged.back().merge(bucket);
        } else {
          merged.push_back(bucket);
        }
      }
      buckets_ = std::move(merged);
    }
    if (buckets_.size() == kLimit) buckets_.erase(buckets_.begin(), buckets_.begin() + kLimit / 2);
  }

  std::uint64_t width_ns_ = kFirstWidthNs;
  std::vector<Bucket> buckets_;
};

// Single points. When the limit is reached every second one goes, and from then on only every
// second is taken.
template <class Point, std::size_t kLimit>
class ThinnedSeries {
 public:
  [[nodiscard]] const std::vector<Point>& points() const noexcept { return points_; }

  void add(const Point& point) {
    if (seen_++ % stride_ != 0) return;
    if (points_.size() == kLimit) {
      for (std::size_t i = 0; i < kLimit / 2; ++i) points_[i] = points_[2 * i];
      points_.resize(kLimit / 2);
      stride_ *= 2;
      if ((seen_ - 1) % stride_ != 0) return;
    }
    points_.push_back(point);
  }

  void io(auto& ar) {
    ar(seen_, stride_, points_);
    if constexpr (std::remove_reference_t<decltype(ar)>::kReads) {
      if (stride_ == 0 || points_.size() > kLimit) {
        ar.fail();
        *this = {};
      }
    }
  }

 private:
  std::uint64_t seen_ = 0;
  std::uint64_t stride_ = 1;
  std::vector<Point> points_;
};

// Appends, and forgets the oldest beyond the limit. Serial numbers go on, so a reader can tell what
// is new and what it missed.
template <class Row, std::size_t kLimit>
class RecentRows {
 public:
  [[nodiscard]] const std::deque<Row>& rows() const noexcept { return rows_; }
  [[nodiscard]] std::uint64_t total() const noexcept { return total_; }
  // Serial number of rows().front(); the newest has total() - 1.
  [[nodiscard]] std::uint64_t first_serial() const noexcept { return total_ - rows_.size(); }

  Row& add(Row row) {
    if (rows_.size() == kLimit) rows_.pop_front();
    ++total_;
    return rows_.emplace_back(std::move(row));
  }
  std::deque<Row>& edit() noexcept { return rows_; }

  void io(auto& ar) {
    ar(total_, rows_);
    if constexpr (std::remove_reference_t<decltype(ar)>::kReads) {
      if (rows_.size() > kLimit || rows_.size() > total_) {
        ar.fail();
        *this = {};
      }
    }
  }

 private:
  std::uint64_t total_ = 0;
  std::deque<Row> rows_;
};

}  // namespace inspector::model
