// Cycles that nobody can reach: counting references alone would never free them, and a peer could
// send them until the memory is full.
#include "serial/children.hpp"
#include "serial/unpickler.hpp"

#include <unordered_set>
#include <vector>

namespace mp::serial {
namespace {

using Blocks = std::unordered_set<const detail::Block*>;

// All containers that can be reached from `root`.
Blocks reachable(const Object& root) {
  Blocks seen;
  std::vector<const Object*> todo{&root};
  while (!todo.empty()) {
    const Object& object = *todo.back();
    todo.pop_back();
    if (!is_container(ObjectAccess::tag(object))) continue;
    if (!seen.insert(ObjectAccess::block(object)).second) continue;
    for_each_child(object, [&](const Object& child) { todo.push_back(&child); });
  }
  return seen;
}

}  // namespace

void Unpickler::suspect(const Object& object) {
  if (may_close_a_cycle(ObjectAccess::tag(object))) suspects_.push_back(object);
}

// A cycle needs a list, or another value that can be changed, that was mentioned twice, through the
// memo or DUP; emptying it opens the cycle. Only pickles that throw values away come here, which no
// writer of ours or CPython's does with containers.
void Unpickler::free_garbage(const Object* result) {
  const auto kept = result == nullptr ? Blocks() : reachable(*result);
  const auto open = [&](const Object& object) {
    if (may_close_a_cycle(ObjectAccess::tag(object)) && !kept.contains(ObjectAccess::block(object)))
      object.clear();
  };
  for (const Object& object : memo_.from(0)) open(object);
  for (const auto& [index, object] : far_memo_) open(object);
  for (const Object& object : suspects_) open(object);
}

// After a failure nothing is reachable.
Unpickler::~Unpickler() {
  if (!loaded_) free_garbage(nullptr);
}

}  // namespace mp::serial
