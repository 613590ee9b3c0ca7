#include "sync/noun.hpp"

#include "probe/lifecycle.hpp"
#include "sync/lock_core.hpp"
#include <libmp/exceptions.hpp>

#include <utility>

namespace mp::sync {
Noun::Noun(wire::ObjectKind kind, std::string_view word, std::string given, const Origin& origin,
           const shm::CellIdentity& identity, std::uint64_t capacity)
    : kind_word(word),
      name(std::move(given)),
      site(origin.site),
      probe(probe::announce({.kind = kind,
                             .identity = {identity.device, identity.inode, identity.offset},
                             .name = name,
                             .site = origin.where,
                             .capacity = capacity,
                             .how = origin.how})) {}

std::string Noun::text() const {
  if (!name.empty()) return std::string(kind_word) + " '" + name + "'";
  return std::string(kind_word) + " (" + site + ")";
}

void Noun::throw_owner_died(Word dead) const {
  const probe::Obituary obituary = probe::describe_death(owner_id(dead));
  throw OwnerDied(text(), static_cast<int>(owner_pid(dead)), obituary.name, obituary.cause);
}

}  // namespace mp::sync
