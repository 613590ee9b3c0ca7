#include "queue/placement.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <deque>
#include <vector>

#include <rapidcheck.h>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace mp::queue {
namespace {

constexpr std::uint64_t kPage = 64;

// A queue over ordinary memory, with the writer and the reader of core.cpp in small, and pages that
// are gone once they were given back.
class FakeQueue {
 public:
  explicit FakeQueue(const Geometry& geometry)
      : geometry_(geometry), memory_(geometry.space), backed_(geometry.space / kPage) {}

  Geometry& geometry() { return geometry_; }
  std::size_t count() const { return items_.size(); }
  std::uint64_t live_bytes() const { return live_; }
  std::uint64_t writer_pos() const { return writer_.pos; }
  std::uint64_t backed_bytes() const {
    return kPage * static_cast<std::uint64_t>(std::count(backed_.begin(), backed_.end(), true));
  }

  // False when there is no place.
  bool put(std::uint64_t size) {
    const std::uint64_t need = space_for(size);
    std::uint64_t at = writer_.pos;
    WriterState after{writer_.pos + need, writer_.lap, writer_.top};
    if (writer_.lap != fast_lap_ || !fits(writer_.pos, need, fast_end_)) {
      const auto placement = place(geometry_, writer_, reader_, released_, items_.empty(), need);
      if (!placement) return false;
      RC_ASSERT(placement->at + need + kHeaderBytes <= geometry_.space);
      if (placement->skips) write_header(writer_.pos, kSkip | placement->at);
      at = placement->at;
      after = placement->after;
      fast_lap_ = after.lap;
      fast_end_ = placement->limit;
    }
    write_header(at, size);
    for (std::uint64_t i = 0; i < size; ++i) write(at + kHeaderBytes + i, pattern(next_, i));
    writer_ = after;
    items_.push_back({next_++, size});
    live_ += need;
    return true;
  }

  // `dies`: the reader is killed after it has prepared everything, before the commit.
  void get(bool dies = false) {
    const Item expected = items_.front();
    ReaderState here = reader_;
    std::uint64_t header = read_header(here.pos);
    const bool skips = (header & kSkip) != 0;
    if (skips) {
      settle(reader_, true);
      const auto moved = step(geometry_, reader_, header);
      RC_ASSERT(moved.has_value());
      here = *moved;
      header = read_header(here.pos);
    }
    RC_ASSERT(header == expected.size);
    bool is_whole = true;  // one assertion for all bytes: each costs a microsecond
    for (std::uint64_t i = 0; i < header; ++i)
      is_whole = is_whole && read(here.pos + kHeaderBytes + i) == pattern(expected.number, i);
    RC_ASSERT(is_whole);
    if (dies) return;

    reader_ = {here.pos + space_for(header), here.lap};
    items_.pop_front();
    live_ -= space_for(header);
    if (skips) released_ = released_after_skip(geometry_, here);
    if (reader_.pos > geometry_.base)
      settle(reader_, items_.empty() && reader_.pos > geometry_.window);
  }

 private:
  struct Item {
    std::uint64_t number;
    std::uint64_t size;
  };

  static std::uint8_t pattern(std::uint64_t number, std::uint64_t i) {
    return static_cast<std::uint8_t>(number * 31 + i * 7 + 1);
  }

  void settle(const ReaderState& reader, bool all) {
    const Released known = released_.lap == reader.lap ? released_ : Released{0, reader.lap};
    const GiveBack step = give_back(geometry_, reader, known, all);
    RC_ASSERT(step.pages.empty() || (step.pages.begin % kPage == 0 && step.pages.end % kPage == 0));
    for (std::uint64_t at = step.pages.begin; at < step.pages.end; at += kPage) {
      RC_ASSERT(at >= geometry_.base);
      std::memset(&memory_[at], 0xdd, kPage);
      backed_[at / kPage] = false;
    }
    released_ = step.released;
  }

  void write(std::uint64_t at, std::uint8_t value) {
    memory_[at] = value;
    backed_[at / kPage] = true;
  }
  std::uint8_t read(std::uint64_t at) const { return memory_[at]; }
  void write_header(std::uint64_t at, std::uint64_t header) {
    RC_ASSERT(at % 8 == 0 && at + kHeaderBytes <= geometry_.space);
    std::memcpy(&memory_[at], &header, sizeof header);
    backed_[at / kPage] = true;
  }
  std::uint64_t read_header(std::uint64_t at) const {
    RC_ASSERT(at % 8 == 0 && at + kHeaderBytes <= geometry_.space);
    std::uint64_t header = 0;
    std::memcpy(&header, &memory_[at], sizeof header);
    return header;
  }

  Geometry geometry_;
  std::vector<std::uint8_t> memory_;
  std::vector<bool> backed_;
  WriterState writer_;
  ReaderState reader_;
  Released released_;
  std::deque<Item> items_;
  std::uint64_t live_ = 0;
  std::uint64_t next_ = 0;
  std::uint64_t fast_lap_ = 0;
  std::uint64_t fast_end_ = 0;
};

Geometry small_geometry() {
  return {
      .space = 32 * 1024, .base = 512, .window = 1024, .restart = 128, .page = kPage, .batch = 256};
}

// Drawing every step from RapidCheck would take minutes: it draws the seed and the length.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::uint64_t below(std::uint64_t bound) {
    state_ += 0x9e3779b97f4a7c15;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return (z ^ (z >> 31)) % bound;
  }
  std::uint64_t one_of(const std::vector<std::uint64_t>& values) {
    return values[below(values.size())];
  }

 private:
  std::uint64_t state_;
};

std::uint64_t any_size(Dice& dice) {
  const std::uint64_t kind = dice.below(10);
  return dice.below(kind < 6 ? 24 : kind < 9 ? 200 : 3000);
}

// Phases with a leaning: fill, drain, balance. Uniform noise would stay near empty for ever.
void play(FakeQueue& queue, Dice& dice, int steps) {
  std::uint64_t left = 0;
  std::uint64_t put_percent = 50;
  for (int i = 0; i < steps; ++i) {
    if (left-- == 0) {
      left = dice.below(200);
      put_percent = dice.one_of({5, 30, 50, 52, 70, 95});
      if (dice.below(4) == 0) queue.geometry().window = dice.one_of({512, 1024, 4096});
    }
    if (dice.below(100) < put_percent) {
      const std::uint64_t size = any_size(dice);
      const std::uint64_t wanted = queue.live_bytes() + space_for(size);
      if (!queue.put(size)) RC_ASSERT(wanted > queue.geometry().space / 4);
    } else if (queue.count() > 0) {
      queue.get(dice.below(8) == 0);
    }
  }
}

void drain(FakeQueue& queue) {
  while (queue.count() > 0) queue.get();
}

RC_GTEST_PROP(Placement, ItemsComeOutWholeAndInOrderWhateverThePaceOfEitherSide,
              (std::uint64_t seed)) {
  FakeQueue queue(small_geometry());
  Dice dice(seed);

  play(queue, dice, *rc::gen::inRange(1, 20'000));
  drain(queue);
}

RC_GTEST_PROP(Placement, AQueueThatIsReadAsItIsWrittenStaysInItsWindow, (std::uint64_t seed)) {
  FakeQueue queue(small_geometry());
  Dice dice(seed);
  const std::uint64_t backlog = dice.below(8);

  for (int i = 0; i < 3000; ++i) {
    RC_ASSERT(queue.put(dice.below(32)));
    if (queue.count() > backlog) queue.get();
    RC_ASSERT(queue.writer_pos() <= queue.geometry().window);
  }
}

RC_GTEST_PROP(Placement, ADrainedQueueHasGivenItsMemoryBack, (std::uint64_t seed)) {
  FakeQueue queue(small_geometry());
  Dice dice(seed);

  play(queue, dice, 2000);
  for (int i = 0; i < 200; ++i) (void)queue.put(100);
  drain(queue);

  // The widest window, and a page or two where laps ended.
  RC_ASSERT(queue.backed_bytes() <= 4096 + 8 * kPage);
}

// More than the whole space flows through while a backlog far above the window stays unread.
TEST(Placement, ASteadyBacklogNeverRunsOutOfSpace) {
  Geometry geometry = small_geometry();
  FakeQueue queue(geometry);
  Dice dice(1);
  for (int i = 0; i < 50'000; ++i) {
    ASSERT_TRUE(queue.put(dice.below(60))) << "after " << i << " items";
    if (queue.live_bytes() > geometry.space / 5) queue.get();
  }
}

TEST(Placement, RefusesWhatDoesNotFitAndGoesOn) {
  FakeQueue queue(small_geometry());
  EXPECT_FALSE(queue.put(40'000));

  EXPECT_TRUE(queue.put(20'000));
  EXPECT_FALSE(queue.put(20'000));
  queue.get();
  EXPECT_TRUE(queue.put(1000));
  queue.get();
}

TEST(Placement, ASkipToNowhereIsRefused) {
  const Geometry geometry = small_geometry();
  const ReaderState reader{800, 3};

  EXPECT_FALSE(step(geometry, reader, kSkip | 8).has_value());            // backwards, but not to 0
  EXPECT_FALSE(step(geometry, reader, kSkip | 1001).has_value());         // not aligned
  EXPECT_FALSE(step(geometry, reader, kSkip | 0xffff'ff00).has_value());  // outside
  EXPECT_EQ(step(geometry, reader, kSkip | 1600)->pos, 1600u);
  EXPECT_EQ(step(geometry, reader, kSkip)->lap, 4u);
}

}  // namespace
}  // namespace mp::queue
