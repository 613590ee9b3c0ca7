#include "sync/noun.hpp"

#include "probe/lifecycle.hpp"
#include "sync/lock_core.hpp"
#include <libmp/exceptions.hpp>

#include <utility>

namespace mp::sync {
namespace {

std::string_view file_name(const std::source_location& site) noexcept {
  const std::string_view path = site.file_name();
  return path.substr(path.rfind('/') + 1);  // npos + 1 is 0
}

}  // namespace

Noun::Noun(wire::ObjectKind kind, std::string_view word, std::string given,
           const std::source_location& where, const shm::CellIdentity& identity,
           std::uint64_t capacity)
    : kind_word(word),
      name(std::move(given)),
      site(where),
      probe(probe::announce({.kind = kind,
                             .identity = {identity.device, identity.inode, identity.offset},
                             .name = name,
                             .site = site,
                             .capacity = capacity})) {}

std::string Noun::text() const {
  if (!name.empty()) return std::string(kind_word) + " '" + name + "'";
  return std::string(kind_word) + " (" + std::string(file_name(site)) + ":" +
         std::to_string(site.line()) + ")";
}

void Noun::throw_owner_died(Word dead) const {
  const probe::Obituary obituary = probe::describe_death(owner_id(dead));
  throw OwnerDied(text(), static_cast<int>(owner_pid(dead)), obituary.name, obituary.cause);
}

}  // namespace mp::sync
