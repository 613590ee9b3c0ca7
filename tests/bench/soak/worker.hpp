// One of the processes of the soak: does this and that with what all of them share.
#pragma once

#include <libmp/libmp.hpp>

#include <cstdint>
#include <random>
#include <vector>

namespace bench::soak {

// How far a worker has come with its part of a deadlock. Only the root commits, and only both: so
// neither lets go of its first lock while the other asks for it.
enum class Part : std::uint32_t {
  None,      // has not its first lock, or has let go of it: others may need it to go on
  Has,       // has it, and may let go
  Reserved,  // by the root: may not let go
  Go,        // asks for the second, whatever comes of it
};

// What the root and a worker tell each other, in shared memory; every field by std::atomic_ref.
struct Seat {
  std::uint64_t operations = 0;
  std::uint64_t waits_since_ns = 0;  // it has one lock of a deadlock, and asks for the other
  Part part = Part::None;
  // A deadlock to take part in: the locks' numbers plus one. 0 = none; the worker clears `first`
  // when it is through.
  std::uint32_t first = 0;
  std::uint32_t second = 0;
};

// Handles of the same things in every process.
struct Kit {
  std::vector<mp::Lock> locks;
  std::vector<mp::RLock> rlocks;
  std::vector<mp::Semaphore> semaphores;
  std::vector<mp::Condition> conditions;
  std::vector<mp::Event> events;
  std::vector<mp::Queue<int>> queues;
  mp::RawArray<Seat> seats;
  mp::RawValue<std::uint32_t> is_over;

  explicit Kit(int processes);
};

// Blocks on locks without a timeout, on everything else for some milliseconds at most: whoever
// waits for ever is in a deadlock, or behind one.
class Worker {
 public:
  Worker(const Kit& kit, int seat, std::uint64_t seed);

  // Until the kit says that it is over.
  void run();

 private:
  void step();
  void use_locks();
  void use_rlock();
  void use_semaphore();
  void use_condition();
  void use_event();
  void use_queue();
  void take_part();
  [[nodiscard]] bool is_told_to_go();

  void take(mp::Lock& lock);
  [[nodiscard]] bool is_over() const;
  [[nodiscard]] std::size_t below(std::size_t bound);
  void pause_up_to(std::uint64_t us);

  Kit kit_;
  Seat& seat_;
  std::mt19937_64 random_;
};

}  // namespace bench::soak
