#include "analysis/flow.hpp"

#include "analysis/busy_time.hpp"

#include <algorithm>
#include <cmath>

namespace inspector::analysis {
namespace {

constexpr std::uint64_t kSecondNs = 1'000'000'000;
constexpr double kMostlyBlocked = 0.5;
constexpr std::uint64_t kGrowthWatchedNs = 3 * kSecondNs;
constexpr std::uint64_t kGrowthAtLeast = 16;

double seconds(std::uint64_t ns) { return static_cast<double>(ns) / 1e9; }

struct Waits {
  BusyTime put;
  BusyTime get;
};

// Waits for queues that touch the stretch; the log is in the order in which waits ended.
std::map<model::ObjectId, Waits> collect_waits(const model::Model& model, const Stretch& stretch) {
  std::map<model::ObjectId, Waits> waits;
  const auto add = [&](wire::ThreadState state, model::ObjectId object, std::uint64_t begin,
                       std::uint64_t end) {
    if (state != wire::ThreadState::QueuePut && state != wire::ThreadState::QueueGet) return;
    auto& both = waits
                     .try_emplace(object, Waits{{stretch.begin_ns, stretch.end_ns},
                                                {stretch.begin_ns, stretch.end_ns}})
                     .first->second;
    (state == wire::ThreadState::QueuePut ? both.put : both.get).add(begin, end);
  };
  const auto& log = model.threads().waits().rows();
  for (auto wait = log.rbegin(); wait != log.rend() && wait->end_ns >= stretch.begin_ns; ++wait) {
    add(wait->state, wait->object, wait->begin_ns, wait->end_ns);
  }
  for (const auto& [key, thread] : model.threads().rows()) {
    if (!thread.ended) add(thread.state, thread.object, thread.since_ns, model.now_ns());
  }
  return waits;
}

void measure_rates(const model::Queue& queue, const Stretch& stretch, Flow& flow) {
  const auto buckets = queue.series.touching(stretch.begin_ns, stretch.end_ns);
  std::uint64_t puts = 0;
  std::uint64_t gets = 0;
  for (const auto& bucket : buckets) {
    puts += bucket.puts;
    gets += bucket.gets;
  }
  if (puts + gets == 0) return;
  const double length = seconds(counted_ns(stretch, buckets.front().begin_ns));
  flow.in_per_s = static_cast<double>(puts) / length;
  flow.out_per_s = static_cast<double>(gets) / length;
}

std::uint64_t full_since(const model::Queue& queue, std::uint64_t capacity) {
  if (capacity == 0 || queue.depth() < capacity) return 0;
  std::uint64_t since = 0;
  const auto& buckets = queue.series.buckets();
  for (auto bucket = buckets.rbegin(); bucket != buckets.rend(); ++bucket) {
    if (bucket->max < capacity) break;
    since = bucket->begin_ns;
  }
  return since;
}

// Steady growth: each third of the stretch begins deeper than the one before.
double growth(const model::Queue& queue, const Stretch& stretch) {
  if (stretch.length_ns() < kGrowthWatchedNs) return 0;
  std::int64_t before = -1;
  std::int64_t first = 0;
  for (int third = 0; third <= 3; ++third) {
    const auto* bucket = queue.series.at(stretch.begin_ns + stretch.length_ns() / 3 *
                                                                static_cast<std::uint64_t>(third));
    const auto depth = static_cast<std::int64_t>(bucket == nullptr ? 0 : bucket->last);
    if (third == 0) first = depth;
    if (depth <= before) return 0;
    before = depth;
  }
  const auto gained = static_cast<double>(before - first);
  return gained < static_cast<double>(kGrowthAtLeast) ? 0 : gained / seconds(stretch.length_ns());
}

void find_sides(const model::Model& model, const model::Queue& queue, Flow& flow) {
  const model::Object* object = model.objects().find(queue.object);
  std::vector<const model::Process*> users;
  if (object != nullptr) {
    for (const auto& [puid, user] : object->users) {
      if (const model::Process* process = model.processes().find(puid)) users.push_back(process);
    }
  }
  std::sort(users.begin(), users.end(), [](auto* a, auto* b) { return a->serial < b->serial; });
  const auto is_blocked = [](const std::vector<model::ThreadKey>& threads, model::Puid puid) {
    return std::any_of(threads.begin(), threads.end(),
                       [puid](auto key) { return key.process == puid; });
  };
  for (const model::Process* process : users) {
    const auto& counters = object->users.at(process->puid).counters;
    if (counters.in > 0 || queue.last_putter.process == process->puid ||
        is_blocked(flow.blocked_putters, process->puid)) {
      flow.producers.push_back(process->puid);
    }
    if (counters.out > 0 || queue.last_getter.process == process->puid ||
        is_blocked(flow.blocked_getters, process->puid)) {
      flow.consumers.push_back(process->puid);
    }
  }
}

FlowVerdict judge(const model::Model& model, const Stretch& stretch, const Flow& flow) {
  const auto waits_long = [&](const std::vector<model::ThreadKey>& threads) {
    return !threads.empty() &&
           model.now_ns() - model.threads().find(threads.front())->since_ns >= kSecondNs;
  };
  if (flow.depth > 0 && waits_long(flow.blocked_getters)) return FlowVerdict::Stuck;
  const bool watched = stretch.length_ns() >= kSecondNs;
  const bool full = flow.capacity > 0 && flow.depth + 1 >= flow.capacity;
  if (waits_long(flow.blocked_putters) || (watched && full && flow.put_blocked >= kMostlyBlocked)) {
    return FlowVerdict::ConsumersTooSlow;
  }
  if (flow.growth_per_s > 0) return FlowVerdict::Growing;
  if (watched && flow.get_blocked >= kMostlyBlocked) return FlowVerdict::ProducersTooSlow;
  return flow.out_per_s > 0 ? FlowVerdict::Flowing : FlowVerdict::Quiet;
}

std::vector<model::ThreadKey> keys(const std::vector<const model::Thread*>& threads) {
  std::vector<model::ThreadKey> all;
  for (const model::Thread* thread : threads) all.push_back(thread->key);
  return all;
}

}  // namespace

std::optional<std::uint64_t> Flow::latency_ns() const noexcept {
  if (sojourn) return sojourn->median_ns;
  if (out_per_s <= 0) return std::nullopt;
  return static_cast<std::uint64_t>(static_cast<double>(depth) / out_per_s * 1e9);
}

std::optional<std::uint64_t> Flow::full_in_ns() const noexcept {
  if (growth_per_s <= 0 || capacity <= depth) return std::nullopt;
  return static_cast<std::uint64_t>(static_cast<double>(capacity - depth) / growth_per_s * 1e9);
}

std::optional<Sojourn> sojourn_of(const model::MessageTrace& trace, const Stretch& stretch) {
  model::Sojourns all;
  for (const auto& bucket : trace.sojourns().touching(stretch.begin_ns, stretch.end_ns))
    all.merge(bucket.sojourns);
  const auto median = all.percentile(0.5);
  if (!median) return std::nullopt;
  return Sojourn{*median, *all.percentile(0.99), all.count()};
}

std::uint64_t counted_ns(const Stretch& stretch, std::uint64_t first_bucket_ns) noexcept {
  constexpr std::uint64_t kLeast = 1'000'000;
  return std::max(
      {stretch.length_ns(), stretch.end_ns - std::min(first_bucket_ns, stretch.end_ns), kLeast});
}

Stretch lately(const model::Model& model) {
  const std::uint64_t now = model.now_ns();
  return {std::max(model.start_ns(), now > kLatelyNs ? now - kLatelyNs : 0), now};
}

std::map<model::ObjectId, Flow> flows(const model::Model& model, const Stretch& stretch) {
  const auto waits = collect_waits(model, stretch);
  std::map<model::ObjectId, Flow> all;
  for (const auto& [id, queue] : model.queues().rows()) {
    const model::Object* object = model.objects().find(id);
    if (object == nullptr || object->merged_into != 0) continue;
    Flow& flow = all[id];
    flow.queue = id;
    flow.depth = queue.depth();
    flow.capacity = object->capacity;
    flow.blocked_putters = keys(model.threads().waiting_on(id, wire::ThreadState::QueuePut));
    flow.blocked_getters = keys(model.threads().waiting_on(id, wire::ThreadState::QueueGet));
    if (const auto found = waits.find(id); found != waits.end()) {
      flow.put_blocked = found->second.put.share();
      flow.get_blocked = found->second.get.share();
    }
    measure_rates(queue, stretch, flow);
    flow.full_since_ns = full_since(queue, flow.capacity);
    flow.growth_per_s = growth(queue, stretch);
    flow.sojourn = sojourn_of(queue.trace, stretch);
    find_sides(model, queue, flow);
    flow.verdict = judge(model, stretch, flow);
  }
  return all;
}

std::string_view verdict_words(FlowVerdict verdict) {
  switch (verdict) {
    case FlowVerdict::Quiet:
      return "";
    case FlowVerdict::Flowing:
      return "flowing";
    case FlowVerdict::ConsumersTooSlow:
      return "consumers too slow";
    case FlowVerdict::ProducersTooSlow:
      return "consumers idle";
    case FlowVerdict::Growing:
      return "growing";
    case FlowVerdict::Stuck:
      return "stuck";
  }
  return "";
}

}  // namespace inspector::analysis
