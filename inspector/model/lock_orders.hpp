// LockOrders: which lock was taken while which other was held. Two that are taken in both orders
// may hang a program that has never hung yet.
#pragma once

#include "model/ids.hpp"
#include "model/thread_table.hpp"

#include <map>
#include <vector>

namespace inspector::model {

struct LockOrder {
  ObjectId first = 0;      // held
  ObjectId second = 0;     // when this was taken
  ThreadKey thread;        // who did so first
  bool by_others = false;  // and not alone
  std::uint64_t since_ns = 0;
  std::uint64_t times = 0;
  std::vector<ObjectId> guards;  // locks that were held as well each time
  void io(auto& ar) { ar(first, second, thread, by_others, since_ns, times, guards); }
};

class LockOrders {
 public:
  static constexpr std::size_t kMostPairs = 4096;

  // By first and second.
  using Rows = std::map<std::uint64_t, LockOrder>;
  [[nodiscard]] const Rows& rows() const noexcept { return rows_; }

  // `held` is what `thread` held before. Only holds that were told of as they began count: of
  // others the end may have gone unseen.
  void took(ThreadKey thread, const std::vector<Hold>& held, ObjectId taken, std::uint64_t t_ns);
  void rename_object(ObjectId from, ObjectId to);

  void io(auto& ar) { ar(rows_); }

 private:
  Rows rows_;
};

}  // namespace inspector::model
