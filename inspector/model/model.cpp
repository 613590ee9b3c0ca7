#include "model/model.hpp"

#include "model/reduce.hpp"

#include <algorithm>
#include <array>

namespace inspector::model {
namespace {

using Kind = wire::EventKind;

constexpr std::size_t kKinds = 128;
constexpr std::uint32_t kStateVersion = 7;

std::array<Reducer, kKinds> make_table() {
  std::array<Reducer, kKinds> table{};
  for (const auto group : {process_reducers(), object_reducers(), lock_reducers(), queue_reducers(),
                           connection_reducers(), sync_reducers(), stream_reducers()}) {
    for (const Subscription& subscription : group)
      table[static_cast<std::size_t>(subscription.kind)] = subscription.reduce;
  }
  return table;
}

Reducer reducer_of(Kind kind) noexcept {
  static const std::array<Reducer, kKinds> table = make_table();
  const auto number = static_cast<std::size_t>(kind);
  return number < kKinds ? table[number] : nullptr;
}

bool begins_wait(Kind kind) noexcept {
  return kind == Kind::LockWait || kind == Kind::QueueGetWait || kind == Kind::QueuePutWait ||
         kind == Kind::ConnectionWait || kind == Kind::ConnectionSendWait ||
         kind == Kind::JoinWait || kind == Kind::SemaphoreWait || kind == Kind::ConditionWait ||
         kind == Kind::EventWait || kind == Kind::BarrierWait;
}

// Whoever states a fact lives; what others find out about it says nothing of the kind.
bool is_own_word(Kind kind) noexcept {
  return kind != Kind::Gone && kind != Kind::Sample && kind != Kind::Lost;
}

void note_process(Tables& tables, const wire::Event& event) {
  Process* row = tables.processes.touch(event.process);
  if (row == nullptr) return;
  if (row->events == 0 && row->born_ns == 0) row->born_ns = event.t_ns;
  ++row->events;
  row->last_event_ns = std::max(row->last_event_ns, event.t_ns);
  if (row->life == Life::Starting && is_own_word(event.kind)) row->life = Life::Alive;
}

// 64-bit mixing, eight bytes a step (the finaliser of splitmix64). Not for hostile collisions.
std::uint64_t mix(std::uint64_t value) noexcept {
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9U;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebU;
  return value ^ (value >> 31);
}

}  // namespace

void Model::apply(const wire::Event& event, std::string_view payload) noexcept {
  if (tables_.events == 0) tables_.start_ns = event.t_ns;
  ++tables_.events;
  tables_.now_ns = std::max(tables_.now_ns, event.t_ns);
  tables_.journal.activity.add({.begin_ns = tables_.now_ns,
                                .events = 1,
                                .waits = begins_wait(event.kind) ? 1U : 0U,
                                .lost = event.kind == Kind::Lost ? event.a : 0});
  note_process(tables_, event);
  const Reducer reduce = reducer_of(event.kind);
  if (reduce == nullptr) {
    ++tables_.journal.unknown;
    return;
  }
  const Fact fact{event, payload, {event.process, event.thread}, event.t_ns};
  if (!reduce(tables_, fact)) ++tables_.journal.refused;
}

void Model::apply(const wire::Batch& batch) noexcept {
  for (const wire::Event& event : batch.events) apply(event, batch.payload_of(event));
}

std::uint64_t Model::digest() const {
  const std::string bytes = serialize();
  std::uint64_t hash = mix(bytes.size());
  std::size_t at = 0;
  for (; at + 8 <= bytes.size(); at += 8) {
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < 8; ++i)
      word |= std::uint64_t{static_cast<std::uint8_t>(bytes[at + i])} << (8 * i);
    hash = mix(hash ^ word) + 0x9e3779b97f4a7c15U;
  }
  for (; at < bytes.size(); ++at) hash = mix(hash ^ static_cast<std::uint8_t>(bytes[at])) + 1;
  return hash;
}

std::string Model::serialize() const {
  Writer out;
  std::uint32_t version = kStateVersion;
  // The archive lists fields for both directions, so it wants them mutable; the writer changes
  // nothing.
  out(version, const_cast<Tables&>(tables_));
  return out.take();
}

mp::Result<Model> Model::deserialize(std::string_view bytes) {
  Reader in(bytes);
  std::uint32_t version = 0;
  in(version);
  if (in.ok() && version != kStateVersion) {
    return mp::Failure{mp::FailureCode::Unsupported, "state of version " + std::to_string(version),
                       "checkpoint"};
  }
  Model model;
  in(model.tables_);
  if (!in.ok() || !in.at_end()) {
    return mp::Failure{mp::FailureCode::Malformed, "no state of a model",
                       "offset " + std::to_string(in.offset()) + " of the checkpoint"};
  }
  return model;
}

}  // namespace inspector::model
