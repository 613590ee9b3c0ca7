// Luggage: what goes beside the bytes of an archive to a process that is being started:
// descriptors, which only relatives can hand to one another.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace mp::detail {

// One of two ends. The sender packs descriptors that stay its own and must stay open until the
// child has its copies; the receiver takes them out.
class Luggage {
 public:
  Luggage() = default;
  // Owns what it has received, until somebody takes it.
  explicit Luggage(std::vector<int> received)
      : descriptors_(std::move(received)), is_received_(true) {}
  Luggage(const Luggage&) = delete;
  Luggage& operator=(const Luggage&) = delete;
  ~Luggage();

  // The number under which the receiver finds it. One descriptor is packed once.
  std::uint32_t pack(int fd);
  [[nodiscard]] const std::vector<int>& descriptors() const noexcept { return descriptors_; }

  // Gives the descriptor away, close-on-exec. UnpicklingError when there is none of that number, or
  // not any more.
  int take(std::uint32_t number);

  // A second descriptor for the same, for objects that have it in common with others. OSError,
  // UnpicklingError.
  [[nodiscard]] int share(std::uint32_t number) const;

  // What was made of descriptor `number` (of a part of it, `offset`): several handles of one object
  // arrive as handles of one object. Empty at first, for the caller to fill.
  std::shared_ptr<void>& made_of(std::uint32_t number, std::uint64_t offset) {
    return made_[{number, offset}];
  }

 private:
  [[nodiscard]] int at(std::uint32_t number) const;

  std::vector<int> descriptors_;
  std::map<std::pair<std::uint32_t, std::uint64_t>, std::shared_ptr<void>> made_;
  bool is_received_ = false;
};

// RuntimeError in Python's words: `what` ("Lock") can be an argument of a Process, and cannot be
// put into a queue.
[[noreturn]] void throw_not_inherited(const char* what);

}  // namespace mp::detail
