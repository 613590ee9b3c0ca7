// ConnectionTable: the ends of connections: which two belong together, how much went through each,
// and the way of single messages.
#pragma once

#include "model/ids.hpp"
#include "model/message_trace.hpp"
#include "model/object_table.hpp"
#include "model/series.hpp"
#include "wire/event.hpp"

#include <map>
#include <optional>
#include <string>
#include <utility>

namespace inspector::model {

struct StreamBucket {
  std::uint64_t begin_ns = 0;
  std::uint64_t sent = 0;  // messages in this bucket, by this end
  std::uint64_t received = 0;
  std::uint64_t sent_bytes = 0;
  std::uint64_t received_bytes = 0;
  void merge(const StreamBucket& later) {
    sent += later.sent;
    received += later.received;
    sent_bytes += later.sent_bytes;
    received_bytes += later.received_bytes;
  }
  void io(auto& ar) { ar(begin_ns, sent, received, sent_bytes, received_bytes); }
};

struct ConnectionEnd {
  ObjectId object = 0;
  ObjectId other = 0;          // the other end; 0: not known, or not of a program that is watched
  ObjectId listener = 0;       // that accepted it
  std::uint32_t peer_pid = 0;  // what the kernel knows of the other end: 0, and no names: nothing
  std::string local;
  std::string remote;
  std::uint64_t sent = 0;  // number of the newest message
  std::uint64_t received = 0;
  std::uint64_t sent_bytes = 0;  // of the messages that events told of
  std::uint64_t received_bytes = 0;
  Puid last_sender = 0;
  Puid last_receiver = 0;
  Puid last_waiter = 0;
  bool lent = false;  // others may use it, whom nobody watches
  bool told = false;  // by events, since totals were last read
  // Several processes use it at a time, each with numbers of its own: they tell nothing.
  bool shared = false;
  BucketSeries<StreamBucket, 128> series;
  MessageTrace trace;  // of what this end sends
  void io(auto& ar) {
    ar(object, other, listener, peer_pid, local, remote, sent, received, sent_bytes, received_bytes,
       last_sender, last_receiver, last_waiter, lent, told, shared, series, trace);
  }
};

struct Listening {
  std::uint64_t accepted = 0;
  std::uint64_t last_accepted_ns = 0;
  void io(auto& ar) { ar(accepted, last_accepted_ns); }
};

class ConnectionTable {
 public:
  // A trace is large, and who has more connections than this looks at their sums.
  static constexpr std::size_t kTraced = 512;

  [[nodiscard]] const std::map<ObjectId, ConnectionEnd>& rows() const noexcept { return rows_; }
  [[nodiscard]] const ConnectionEnd* find(ObjectId object) const noexcept;
  [[nodiscard]] const std::map<ObjectId, Listening>& listeners() const noexcept {
    return listeners_;
  }
  // How often a client of that process was turned away.
  [[nodiscard]] const std::map<Puid, std::uint64_t>& turned_away() const noexcept {
    return turned_away_;
  }
  // Sent by this end, and not received by the other yet; empty where nobody can tell.
  [[nodiscard]] std::optional<std::uint64_t> under_way(const ConnectionEnd& from) const noexcept;

  ConnectionEnd& touch(ObjectId object);
  Listening& touch_listener(ObjectId object) { return listeners_[object]; }
  void count_turned_away(Puid client) { ++turned_away_[client]; }
  // An end has become known, or who is at its other end.
  void declared(const ObjectTable& objects, const Object& end);
  void met(const ObjectTable& objects, const Object& end, const wire::PeerInfo& peer);
  void sent(ConnectionEnd& end, std::uint64_t number, const Handling& by, std::uint32_t bytes,
            std::uint64_t now_ns);
  void received(ConnectionEnd& end, std::uint64_t number, const Handling& by, std::uint32_t bytes,
                std::uint64_t now_ns);
  // The totals of one process that uses the end, before and now.
  void counted(const Object& end, const ObjectRef& before, const wire::ObjectCounters& now,
               std::uint64_t now_ns);
  void absorb(ObjectId from, ObjectId to);

  template <class Ar>
  void io(Ar& ar) {
    ar(rows_, listeners_, turned_away_, sought_, names_, traced_);
    if constexpr (Ar::kReads) {
      if (!sound()) ar.fail();
    }
  }

 private:
  struct Names {
    std::string local;
    std::string remote;
    auto operator<=>(const Names&) const = default;
    void io(auto& ar) { ar(local, remote); }
  };

  [[nodiscard]] bool sound() const noexcept;
  [[nodiscard]] bool is_traced(ConnectionEnd& end);
  void pair(ObjectId one, ObjectId other);

  std::map<ObjectId, ConnectionEnd> rows_;
  std::map<ObjectId, Listening> listeners_;
  std::map<Puid, std::uint64_t> turned_away_;
  std::map<KernelKey, ObjectId> sought_;  // keys of other ends that are not known yet
  std::map<Names, ObjectId> names_;       // ends without such a key
  std::uint64_t traced_ = 0;
};

}  // namespace inspector::model
