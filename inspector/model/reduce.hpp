// Reducers: what each kind of event does to the tables. One function per fact, found by kind;
// grouped in reduce_*.cpp.
#pragma once

#include "model/model.hpp"

#include <span>

namespace inspector::model {

// An event with its keys resolved.
struct Fact {
  const wire::Event& event;
  std::string_view payload;
  ThreadKey thread;
  std::uint64_t t_ns;  // the event's own time
};

// False: the event does not say what its kind promises, or a table is full.
using Reducer = bool (*)(Tables& tables, const Fact& fact);

struct Subscription {
  wire::EventKind kind;
  Reducer reduce;
};

// Strings of the stream are cut to this before they are kept.
inline constexpr std::size_t kMaxText = 4096;
inline std::string_view kept_text(std::string_view text) noexcept {
  return text.substr(0, kMaxText);
}

std::span<const Subscription> process_reducers() noexcept;
std::span<const Subscription> object_reducers() noexcept;
std::span<const Subscription> lock_reducers() noexcept;
std::span<const Subscription> queue_reducers() noexcept;
std::span<const Subscription> connection_reducers() noexcept;
std::span<const Subscription> sync_reducers() noexcept;
std::span<const Subscription> stream_reducers() noexcept;

// Steps that more than one group takes.
ObjectId object_of(Tables& tables, const Fact& fact);
bool begin_wait(Tables& tables, const Fact& fact, wire::ThreadState state);
bool end_wait(Tables& tables, const Fact& fact, WaitOutcome outcome);
void process_is_dead(Tables& tables, Process& row, std::optional<std::int32_t> exit,
                     std::uint64_t t_ns);

}  // namespace inspector::model
