// LockOrders: which lock was taken while which other was held. Two that are taken in both orders
// may hang a program that has never hung yet.
#pragma once

#include "model/ids.hpp"
#include "model/thread_table.hpp"

#include <map>
#include <vector>

namespace inspector::model {

struct LockOrder {
  ObjectId first = 0;            // held
  ObjectId second = 0;           // when this was taken
  ThreadKey thread;              // who did so first
  bool by_others = false;        // and not alone
  std::uint16_t first_site = 0;  // where it took them: call sites of its process, 0 = not known
  std::uint16_t second_site = 0;
  std::uint64_t since_ns = 0;
  std::uint64_t times = 0;
  std::vector<ObjectId> guards;  // locks that were held as well each time
  void io(auto& ar) {
    ar(first, second, thread, by_others, first_site, second_site, since_ns, times, guards);
  }
};

class LockOrders {
 public:
  static constexpr std::size_t kMostPairs = 4096;

  // By first and second.
  using Rows = std::map<std::uint64_t, LockOrder>;
  [[nodiscard]] const Rows& rows() const noexcept { return rows_; }

  // `held` is what `thread` held before it took the other. Only holds that were told of as they
  // began count: of others the end may have gone unseen.
  void took(ThreadKey thread, const std::vector<Hold>& held, const Hold& taken);
  void rename_object(ObjectId from, ObjectId to);

  void io(auto& ar) { ar(rows_); }

 private:
  Rows rows_;
};

}  // namespace inspector::model
