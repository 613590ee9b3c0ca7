// What wait() needs of an object that lives in shared memory, of which no descriptor can tell
// whether it is ready.
#pragma once

#include <cstdint>

namespace mp::detail {

// Blocks: none of these. Fails: is_ready() and watch() throw what the object throws when it is
// closed in this process.
class WaitSource {
 public:
  // What the inspector knows it by in this process; 0: not at all.
  [[nodiscard]] virtual std::uint32_t probe() const noexcept = 0;
  // An eventfd: after watch() it becomes readable when the object may have become ready. It may be
  // readable for no reason, and stay silent when the one who should ring it was killed.
  [[nodiscard]] virtual int eventfd() const noexcept = 0;
  [[nodiscard]] virtual bool is_ready() const = 0;
  // As is_ready(); if it is not, whoever changes that rings from now on.
  [[nodiscard]] virtual bool watch() const = 0;

 protected:
  WaitSource() = default;
  WaitSource(const WaitSource&) = default;
  WaitSource& operator=(const WaitSource&) = default;
  ~WaitSource() = default;
};

}  // namespace mp::detail
