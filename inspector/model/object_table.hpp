// ObjectTable: one row for each shared thing, whatever handles the processes have for it. Processes
// that declare the same kernel key, or inherited the handle, mean the same object.
#pragma once

#include "model/ids.hpp"
#include "model/process_table.hpp"

#include <map>
#include <string>
#include <tuple>
#include <vector>

namespace inspector::model {

struct KernelKey {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t offset = 0;
  [[nodiscard]] bool known() const noexcept { return inode != 0; }
  auto operator<=>(const KernelKey&) const = default;
  void io(auto& ar) { ar(device, inode, offset); }
};

// One process's relation to an object.
struct ObjectRef {
  std::uint32_t handle = 0;
  wire::Acquired how = wire::Acquired::Created;
  std::uint64_t since_ns = 0;
  std::uint64_t until_ns = 0;  // its last handle was closed; 0 = it can still touch the object
  wire::ObjectCounters counters{};
  [[nodiscard]] bool open() const noexcept { return until_ns == 0; }
  void io(auto& ar) {
    ar(handle, how, since_ns, until_ns);
    ar(counters.in, counters.out, counters.in_bytes, counters.out_bytes, counters.blocked,
       counters.blocked_ns);
    ar(counters.in_number, counters.out_number);
  }
};

struct Object {
  ObjectId id = 0;
  wire::ObjectKind kind = wire::ObjectKind::None;
  bool declared = false;     // false: only its handle was seen so far
  ObjectId merged_into = 0;  // this row turned out to be another one; skip it
  std::string name;
  std::string site;  // file:line
  Puid creator = 0;
  std::uint64_t capacity = 0;  // queues: maxsize, 0 = unbounded; blocks: bytes
  KernelKey key;
  std::uint64_t first_seen_ns = 0;
  std::uint64_t auth_failures = 0;  // listeners
  bool eof = false;                 // connections: the other end is gone
  std::uint64_t unlinked_ns = 0;    // blocks: their name is gone since then; 0 = they have one
  Puid unlinked_by = 0;             // who took it away; 0 = not known
  std::map<Puid, ObjectRef> users;

  // Sums over all users.
  [[nodiscard]] wire::ObjectCounters totals() const noexcept;
  [[nodiscard]] std::size_t open_users() const noexcept;
  void io(auto& ar) {
    ar(id, kind, declared, merged_into, name, site, creator, capacity, key, first_seen_ns,
       auth_failures, eof, unlinked_ns, unlinked_by, users);
  }
};

class ObjectTable {
 public:
  static constexpr std::size_t kMaxRows = 262144;
  static constexpr std::size_t kMaxUsers = 4096;  // of one object

  // By id: rows()[id - 1]. Rows with merged_into != 0 are empty shells.
  [[nodiscard]] const std::vector<Object>& rows() const noexcept { return rows_; }
  [[nodiscard]] const Object* find(ObjectId id) const noexcept;
  // What `handle` means in `process`; 0 when it is not known.
  [[nodiscard]] ObjectId lookup(Puid process, std::uint32_t handle) const noexcept;
  // The object that has that key now; 0 when there is none.
  [[nodiscard]] ObjectId by_key(const KernelKey& key) const noexcept;
  [[nodiscard]] std::vector<const Object*> of_kind(wire::ObjectKind kind) const;

  // As lookup, but makes a row for what is not known. 0 for handle 0 or when the table is full.
  ObjectId touch(const ProcessTable& processes, Puid process, std::uint32_t handle,
                 std::uint64_t t_ns);
  Object* edit(ObjectId id) noexcept;
  struct Declared {
    ObjectId id = 0;
    ObjectId absorbed = 0;  // a row of its own that turned out to be `id`
  };
  Declared declare(const ProcessTable& processes, Puid process, std::uint32_t handle,
                   const wire::ObjectInfo& info, std::uint64_t t_ns);
  void retire(ObjectId id, Puid process, std::uint64_t t_ns);
  void count(ObjectId id, Puid process, const wire::ObjectCounters& counters);
  // A child has what its parent has, up to its inherited_upto.
  void inherit(const ProcessTable& processes, const Process& child, std::uint64_t t_ns);

  template <class Ar>
  void io(Ar& ar) {
    ar(rows_, bindings_, keys_);
    if constexpr (Ar::kReads) {
      if (!sound()) ar.fail();
    }
  }

 private:
  struct HandleKey {
    Puid process = 0;
    std::uint32_t handle = 0;
    auto operator<=>(const HandleKey&) const = default;
    void io(auto& ar) { ar(process, handle); }
  };

  ObjectId make(std::uint64_t t_ns);
  // The process that the handle belongs to, up the line of inheritance.
  HandleKey owner(const ProcessTable& processes, Puid process, std::uint32_t handle) const noexcept;
  static ObjectRef* use(Object& row, Puid process, std::uint32_t handle, wire::Acquired how,
                        std::uint64_t t_ns);
  void absorb(ObjectId from, ObjectId to);
  [[nodiscard]] bool sound() const noexcept;

  std::vector<Object> rows_;
  std::map<HandleKey, ObjectId> bindings_;
  std::map<KernelKey, ObjectId> keys_;
};

}  // namespace inspector::model
