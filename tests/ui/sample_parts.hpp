// The pieces of the hand-made scenes: rows, chips and curves with plausible numbers.
#pragma once

#include "present/vms.hpp"

#include <cmath>
#include <cstdint>
#include <string>

namespace uitest {

inline inspector::present::EntityRef process(std::uint64_t id) {
  return {inspector::present::EntityKind::Process, id};
}
inline inspector::present::EntityRef queue(std::uint64_t id) {
  return {inspector::present::EntityKind::Queue, id};
}
inline inspector::present::EntityRef lock(std::uint64_t id) {
  return {inspector::present::EntityKind::Lock, id};
}
inline inspector::present::EntityRef block(std::uint64_t id) {
  return {inspector::present::EntityKind::Block, id};
}
inline inspector::present::EntityRef connection(std::uint64_t id) {
  return {inspector::present::EntityKind::Pipe, id};
}
inline inspector::present::EntityRef listener(std::uint64_t id) {
  return {inspector::present::EntityKind::Object, id};
}
inline inspector::present::EntityRef alarm(std::uint64_t id) {
  return {inspector::present::EntityKind::Alarm, id};
}

// Smooth and reproducible, -1 to 1.
inline float wave(int i, int period, int overtone) {
  const float x = static_cast<float>(i) * 6.2832F / static_cast<float>(period);
  return 0.7F * std::sin(x) + 0.3F * std::sin(x * static_cast<float>(overtone) + 1.3F);
}

inspector::present::Chip process_chip(std::uint64_t id, const std::string& name,
                                      inspector::present::Tone tone);
inspector::present::Chip queue_chip(
    std::uint64_t id, const std::string& name,
    inspector::present::Tone tone = inspector::present::Tone::Neutral);
inspector::present::Chip lock_chip(
    std::uint64_t id, const std::string& name,
    inspector::present::Tone tone = inspector::present::Tone::Neutral);
inspector::present::Spark spark(int seed, inspector::present::Tone tone);
inspector::present::ProcessRow row(std::uint64_t id, int depth, const std::string& name,
                                   const std::string& role, inspector::present::Tone tone,
                                   const std::string& state, const std::string& since);
inspector::present::QueueRow queue_row(std::uint64_t id, const std::string& name,
                                       const std::string& limit, float fill, bool full);
inspector::present::LockRow lock_row(std::uint64_t id, const std::string& name, bool stuck);
inspector::present::ResourceRow resource_row(std::uint64_t id, const std::string& name,
                                             const std::string& kind);
inspector::present::ConnectionRow connection_row(std::uint64_t id, const std::string& name,
                                                 const std::string& kind);
inspector::present::Lane lane(const inspector::present::Chip& chip, int seed, bool stuck);
inspector::present::Plot time_plot(const std::string& id, const std::string& title,
                                   const std::string& range);
inspector::present::Curve curve(const std::string& name, float hue, float level,
                                const std::string& latest, float swing, bool rising);
void fill_messages(inspector::present::Vms& vms, bool trouble);
void fill_connections(inspector::present::Vms& vms, bool trouble);
void fill_conversation(inspector::present::Vms& vms);
void crowd_connections(inspector::present::Vms& vms, int count);
inspector::present::Sentence deadlock_sentence();
std::string plain_deadlock();  // the same as text

}  // namespace uitest
