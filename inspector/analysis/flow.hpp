// Flow: how well each queue moves: rates, who is stuck at which end, and which side is too slow.
#pragma once

#include "analysis/finding.hpp"
#include "analysis/names.hpp"

#include <map>
#include <optional>
#include <vector>

namespace inspector::analysis {

// The stretch of time that "lately" means when nothing else is asked for.
inline constexpr std::uint64_t kLatelyNs = 5'000'000'000;

struct Stretch {
  std::uint64_t begin_ns = 0;
  std::uint64_t end_ns = 0;
  [[nodiscard]] std::uint64_t length_ns() const noexcept {
    return end_ns > begin_ns ? end_ns - begin_ns : 0;
  }
};

// Over how long the buckets were counted that have a part in the stretch, of which the first begins
// at that moment: one that reaches into it counts whole. At least a millisecond.
std::uint64_t counted_ns(const Stretch& stretch, std::uint64_t first_bucket_ns) noexcept;

// The last five seconds, or less when the session is younger.
Stretch lately(const model::Model& model);

// How long the items stayed that were taken in a stretch of time.
struct Sojourn {
  std::uint64_t median_ns = 0;
  std::uint64_t p99_ns = 0;
  std::uint64_t items = 0;
};

enum class FlowVerdict : std::uint8_t {
  Quiet,             // nothing was taken, nobody waits
  Flowing,           // items are taken, both sides keep up
  ConsumersTooSlow,  // full: producers are blocked most of the time
  ProducersTooSlow,  // empty: consumers wait most of the time; often as it should be
  Growing,           // more comes in than goes out, steadily
  Stuck,             // consumers wait although there are items
};

struct Flow {
  model::ObjectId queue = 0;
  std::uint64_t depth = 0;
  std::uint64_t capacity = 0;  // 0: unbounded
  double in_per_s = 0;
  double out_per_s = 0;
  double put_blocked = 0;  // 0..1: share of the stretch in which somebody waited for room
  double get_blocked = 0;
  std::vector<model::ThreadKey> blocked_putters;  // now, longest first
  std::vector<model::ThreadKey> blocked_getters;
  std::vector<model::Puid> consumers;  // known to have taken items; in the order of first sight
  std::vector<model::Puid> producers;
  std::uint64_t full_since_ns = 0;  // 0: not full now
  double growth_per_s = 0;          // of the depth
  std::optional<Sojourn> sojourn;   // measured; empty below level 2, and when nothing was taken
  FlowVerdict verdict = FlowVerdict::Quiet;

  [[nodiscard]] double fill() const noexcept {
    return capacity == 0 ? -1 : static_cast<double>(depth) / static_cast<double>(capacity);
  }
  // When a bounded queue that grows will be full, at this rate; empty if it will not.
  [[nodiscard]] std::optional<std::uint64_t> full_in_ns() const noexcept;
  // How long an item stays in the queue: the measured median, else by Little's law; empty when
  // nothing goes out.
  [[nodiscard]] std::optional<std::uint64_t> latency_ns() const noexcept;
};

// Of the messages that were followed; empty when none was received in the stretch.
std::optional<Sojourn> sojourn_of(const model::MessageTrace& trace, const Stretch& stretch);

// Of all queues, over `stretch`, which ends now or earlier.
std::map<model::ObjectId, Flow> flows(const model::Model& model, const Stretch& stretch);

// Rules "queue-full", "queue-growing", "queue-stuck".
std::vector<Finding> flow_findings(const model::Model& model, const Names& names);

// "consumers too slow", "flowing": for a badge. Empty for Quiet.
std::string_view verdict_words(FlowVerdict verdict);

}  // namespace inspector::analysis
