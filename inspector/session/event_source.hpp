// EventSource: where the events of a session come from while it runs. Live connections, recordings
// that are being fed again and the scripts of tests all look alike from here on.
#pragma once

#include "wire/event.hpp"
#include "wire/frame.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace inspector::session {

// Immutable once made, so that the model, the history and the recorder share one copy.
using BatchPtr = std::shared_ptr<const mp::wire::Batch>;

enum class SourceState : std::uint8_t {
  Running,
  Finished,  // said goodbye: the tree has ended, or the recording is told to its end
  Lost,      // the connection broke; trouble() says how
};

struct Capabilities {
  bool can_follow = false;   // there is a "now" to go back to
  bool can_command = false;  // levels can be set
};

// Threads: one (the session's); an implementation may be fed by others.
class EventSource {
 public:
  virtual ~EventSource() = default;

  // What has come since the last call, in stream order. Never blocks.
  virtual std::vector<BatchPtr> take() = 0;

  // Finished and Lost are said only after the last batch was taken.
  [[nodiscard]] virtual SourceState state() const = 0;
  [[nodiscard]] virtual std::string trouble() const { return {}; }
  [[nodiscard]] virtual Capabilities capabilities() const = 0;
  // What this is about; empty until it is known.
  [[nodiscard]] virtual std::optional<mp::wire::HelloFrame> hello() const = 0;

  virtual void set_level(std::uint32_t /*level*/) {}
};

}  // namespace inspector::session
