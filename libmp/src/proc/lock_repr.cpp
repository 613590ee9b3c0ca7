// The texts of locks, which name processes: hence up here and not in sync.
#include "os/identity.hpp"
#include "os/process_id.hpp"
#include "sync/lock_body.hpp"
#include <libmp/condition.hpp>
#include <libmp/lock.hpp>
#include <libmp/process.hpp>
#include <libmp/rlock.hpp>

#include <variant>

namespace mp {
namespace {

std::string owner_text(sync::Holder holder) {
  switch (holder) {
    case sync::Holder::Nobody:
      return "None";
    case sync::Holder::OtherThread:
      return "SomeOtherThread";
    case sync::Holder::OtherProcess:
      return "SomeOtherProcess";
    case sync::Holder::ThisThread:
      break;
  }
  std::string text = current_process().name();
  if (os::thread_id() != os::self().pid) text += "|" + os::thread_name();
  return text;
}

}  // namespace

std::string repr(const Lock& lock) {
  return "<Lock(owner=" + owner_text(lock.body().holder()) + ")>";
}

std::string repr(const RLock& lock) {
  const sync::LockBody& body = lock.body();
  const sync::Holder holder = body.holder();
  std::string depth = "nonzero";
  if (holder == sync::Holder::Nobody) depth = "0";
  if (holder == sync::Holder::ThisThread)
    depth = std::to_string(body.cell.depth.load(std::memory_order_relaxed));
  return "<RLock(" + owner_text(holder) + ", " + depth + ")>";
}

std::string repr(const Condition& condition) {
  const std::string lock =
      std::visit([](const auto& held) { return repr(held); }, condition.any_lock());
  return "<Condition(" + lock + ", " + std::to_string(condition.waiting()) + ")>";
}

}  // namespace mp
