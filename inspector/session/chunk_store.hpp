// ChunkStore: the events of a session in chunks, with the state of the model at some of the
// borders. In memory for what is live, a file for what was recorded; History reaches any moment
// through either.
#pragma once

#include "model/model.hpp"
#include "session/event_source.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

namespace inspector::session {

struct ChunkInfo {
  std::uint64_t t0_ns = 0;
  std::uint64_t t1_ns = 0;  // stream time never goes back: t1 of a chunk <= t0 of the next
  std::size_t events = 0;
};

class ChunkStore {
 public:
  virtual ~ChunkStore() = default;

  // Chunks are numbered from first() to end() - 1. first() grows when old ones are dropped.
  [[nodiscard]] virtual std::size_t first() const = 0;
  [[nodiscard]] virtual std::size_t end() const = 0;
  [[nodiscard]] virtual ChunkInfo info(std::size_t chunk) const = 0;
  // Empty if it cannot be read (a damaged recording): then that stretch of time is unknown.
  [[nodiscard]] virtual BatchPtr load(std::size_t chunk) const = 0;

  // The newest known state that lies at or before this chunk: all chunks below .first are folded
  // into it.
  [[nodiscard]] virtual std::optional<std::pair<std::size_t, model::Model>> checkpoint(
      std::size_t chunk) const = 0;

  // What a recording is about; stores that are filled from a source know nothing of their own.
  [[nodiscard]] virtual std::optional<mp::wire::HelloFrame> hello() const { return std::nullopt; }

  [[nodiscard]] std::uint64_t begin_ns() const {
    return end() == first() ? 0 : info(first()).t0_ns;
  }
  [[nodiscard]] std::uint64_t end_ns() const {
    return end() == first() ? 0 : info(end() - 1).t1_ns;
  }
};

}  // namespace inspector::session
