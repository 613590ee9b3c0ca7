#include "model/connection_table.hpp"

#include <algorithm>
#include <utility>

namespace inspector::model {
namespace {

constexpr std::size_t kMostSought = 65536;
// Totals that are first seen so long after the end itself are not of this moment.
constexpr std::uint64_t kLateNs = 1'000'000'000;

std::uint64_t step(std::uint64_t before, std::uint64_t now) noexcept {
  return now > before ? now - before : 0;
}

bool is_zero(const wire::ObjectCounters& counters) noexcept {
  return counters.in == 0 && counters.out == 0 && counters.in_bytes == 0 && counters.out_bytes == 0;
}

// Who counts more messages together than the newest number says have used the same numbers. One
// more or less may just be on its way onto the page.
bool clash(const Object& end, const ConnectionEnd& row) noexcept {
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
  std::size_t senders = 0;
  std::size_t receivers = 0;
  for (const auto& [puid, user] : end.users) {
    sent += user.counters.in;
    received += user.counters.out;
    senders += user.counters.in > 0 ? 1 : 0;
    receivers += user.counters.out > 0 ? 1 : 0;
  }
  return (senders > 1 && sent > row.sent + 1) || (receivers > 1 && received > row.received + 1);
}

}  // namespace

const ConnectionEnd* ConnectionTable::find(ObjectId object) const noexcept {
  const auto at = rows_.find(object);
  return at == rows_.end() ? nullptr : &at->second;
}

std::optional<std::uint64_t> ConnectionTable::under_way(const ConnectionEnd& from) const noexcept {
  const ConnectionEnd* to = find(from.other);
  if (to == nullptr || from.shared || to->shared) return std::nullopt;
  return step(to->received, from.sent);
}

ConnectionEnd& ConnectionTable::touch(ObjectId object) {
  ConnectionEnd& row = rows_[object];
  row.object = object;
  return row;
}

void ConnectionTable::declared(const ObjectTable& objects, const Object& end) {
  touch(end.id);
  if (!end.key.known()) return;
  // The ends of a Pipe.
  KernelKey other = end.key;
  other.offset ^= 1;
  if (rows_.contains(objects.by_key(other))) pair(end.id, objects.by_key(other));
  const auto sought = sought_.find(end.key);
  if (sought == sought_.end()) return;
  pair(sought->second, end.id);
  sought_.erase(sought);
}

void ConnectionTable::met(const ObjectTable& objects, const Object& end,
                          const wire::PeerInfo& peer) {
  ConnectionEnd& row = touch(end.id);
  row.peer_pid = peer.pid;
  row.local = peer.local;
  row.remote = peer.remote;
  const KernelKey key{peer.device, peer.inode, peer.offset};
  if (key.known()) {
    if (const ObjectId other = objects.by_key(key); rows_.contains(other))
      pair(end.id, other);
    else if (sought_.size() < kMostSought)
      sought_[key] = end.id;
  }
  if (peer.local.empty() || peer.remote.empty()) return;
  // Sockets of one host name each other the other way round.
  const auto other = names_.find({peer.remote, peer.local});
  if (other != names_.end()) {
    pair(end.id, other->second);
    names_.erase(other);
  } else if (names_.size() < kMostSought) {
    names_[{peer.local, peer.remote}] = end.id;
  }
}

void ConnectionTable::pair(ObjectId one, ObjectId other) {
  if (one == other) return;
  ConnectionEnd& a = touch(one);
  ConnectionEnd& b = touch(other);
  if (a.other != 0 || b.other != 0) return;
  a.other = other;
  b.other = one;
}

bool ConnectionTable::is_traced(ConnectionEnd& end) {
  if (end.shared) return false;
  const bool is_new = end.trace.is_empty();
  if (is_new && traced_ >= kTraced) return false;
  if (is_new) ++traced_;
  return true;
}

void ConnectionTable::sent(ConnectionEnd& end, std::uint64_t number, const Handling& by,
                           std::uint32_t bytes, std::uint64_t now_ns) {
  end.sent = std::max(end.sent, number);
  end.sent_bytes += bytes;
  end.last_sender = by.thread.process;
  end.told = true;
  end.series.add({.begin_ns = now_ns, .sent = 1, .sent_bytes = bytes});
  const ConnectionEnd* to = find(end.other);
  if (number != 0 && is_traced(end))
    end.trace.put(number, by, bytes, to != nullptr ? to->received : 0);
}

void ConnectionTable::received(ConnectionEnd& end, std::uint64_t number, const Handling& by,
                               std::uint32_t bytes, std::uint64_t now_ns) {
  end.received = std::max(end.received, number);
  end.received_bytes += bytes;
  end.last_receiver = by.thread.process;
  end.told = true;
  end.series.add({.begin_ns = now_ns, .received = 1, .received_bytes = bytes});
  const auto from = rows_.find(end.other);
  if (from == rows_.end() || number == 0 || end.shared || !is_traced(from->second)) return;
  from->second.trace.got(number, by, bytes, end.received);
}

void ConnectionTable::counted(const Object& end, const ObjectRef& before,
                              const wire::ObjectCounters& now, std::uint64_t now_ns) {
  ConnectionEnd& row = touch(end.id);
  row.sent = std::max(row.sent, now.in_number);
  row.received = std::max(row.received, now.out_number);
  row.shared = row.shared || clash(end, row);
  // Events tell of each message; at level 1 only the totals do.
  if (std::exchange(row.told, false)) return;
  if (is_zero(before.counters) && now_ns > before.since_ns + kLateNs) return;
  row.series.add({.begin_ns = now_ns,
                  .sent = step(before.counters.in, now.in),
                  .received = step(before.counters.out, now.out),
                  .sent_bytes = step(before.counters.in_bytes, now.in_bytes),
                  .received_bytes = step(before.counters.out_bytes, now.out_bytes)});
}

bool ConnectionTable::sound() const noexcept {
  return std::all_of(rows_.begin(), rows_.end(),
                     [](const auto& row) { return row.first == row.second.object; });
}

void ConnectionTable::absorb(ObjectId from, ObjectId to) {
  auto source = rows_.extract(from);
  if (!source) return;
  const ConnectionEnd& old = source.mapped();
  ConnectionEnd& row = touch(to);
  row.sent = std::max(row.sent, old.sent);
  row.received = std::max(row.received, old.received);
  row.shared = row.shared || old.shared;
  row.lent = row.lent || old.lent;
  if (row.listener == 0) row.listener = old.listener;
  const auto other = rows_.find(old.other);
  if (other != rows_.end()) other->second.other = 0;
  if (other != rows_.end()) pair(to, old.other);
}

}  // namespace inspector::model
