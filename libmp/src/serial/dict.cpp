#include "serial/dict.hpp"

#include <libmp/exceptions.hpp>

#include <bit>
#include <cstring>

namespace mp::serial {
namespace {

using detail::RawBlock;

constexpr std::size_t kNotFound = static_cast<std::size_t>(-1);

// Two texts, what nearly every comparison of keys comes down to.
bool equal_texts(const Object& a, const Object& b) {
  if (ObjectAccess::block(a) == ObjectAccess::block(b)) return true;
  RawBlock& left = ObjectAccess::raw(a);
  RawBlock& right = ObjectAccess::raw(b);
  // Texts of up to one character are unique objects: there is a first byte to look at.
  return left.size == right.size && left.data()[0] == right.data()[0] &&
         std::memcmp(left.data(), right.data(), left.size) == 0;
}

WalkOutcome equal_keys(const Object& a, const Object& b, Walk& walk, bool* same) {
  const bool text = ObjectAccess::tag(a) == Tag::Str;
  if (text != (ObjectAccess::tag(b) == Tag::Str)) {
    *same = false;
    return WalkOutcome::Done;
  }
  if (!text) return equal(a, b, walk, same);
  *same = equal_texts(a, b);
  return WalkOutcome::Done;
}

WalkOutcome hash32(const Object& key, Walk& walk, std::uint32_t* hash) {
  std::uint64_t wide = 0;
  const WalkOutcome outcome = hash_of(key, walk, &wide);
  *hash = static_cast<std::uint32_t>(wide ^ (wide >> 32U));
  return outcome;
}

bool may_be_unhashable(const Object& key) {
  return ObjectAccess::tag(key) >= detail::kFirstUnhashableTag;
}

}  // namespace

void Dict::clear() noexcept {
  entries_.clear();
  index_.clear();
  live_ = 0;
}

void Dict::reserve(std::size_t count) { entries_.reserve(count); }

// Where the entry with this key is, or kNotFound. `hash` counts only if there is an index.
WalkOutcome Dict::locate(const Object& key, std::uint32_t hash, Walk& walk, std::size_t* at) const {
  *at = kNotFound;
  bool same = false;
  if (index_.empty()) {
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      const Entry& entry = entries_[i];
      if (!entry.live) continue;
      const WalkOutcome outcome = equal_keys(entry.key, key, walk, &same);
      if (outcome != WalkOutcome::Done) return outcome;
      if (same) {
        *at = i;
        break;
      }
    }
    return WalkOutcome::Done;
  }
  const std::size_t mask = index_.size() - 1;
  for (std::size_t slot = hash & mask; index_[slot].entry != kFree; slot = (slot + 1) & mask) {
    if (index_[slot].entry == kErased || index_[slot].hash != hash) continue;
    const Entry& entry = entries_[index_[slot].entry];
    const WalkOutcome outcome = equal_keys(entry.key, key, walk, &same);
    if (outcome != WalkOutcome::Done) return outcome;
    if (same) {
      *at = index_[slot].entry;
      break;
    }
  }
  return WalkOutcome::Done;
}

WalkOutcome Dict::find(const Object& key, Walk& walk, const Entry** found) const {
  *found = nullptr;
  std::uint32_t hash = 0;
  // Without an index the hash is not needed, but a key that has none is an error all the same.
  if (!index_.empty() || may_be_unhashable(key)) {
    const WalkOutcome outcome = hash32(key, walk, &hash);
    if (outcome != WalkOutcome::Done) return outcome;
  }
  std::size_t at = kNotFound;
  const WalkOutcome outcome = locate(key, hash, walk, &at);
  if (outcome == WalkOutcome::Done && at != kNotFound) *found = &entries_[at];
  return outcome;
}

// The small dict with a text for a key: no hash, no way to fail. False if it is another case.
bool Dict::set_small(Object& key, Object& value) {
  if (entries_.size() >= kLinear || ObjectAccess::tag(key) != Tag::Str) return false;
  for (Entry& entry : entries_) {
    if (entry.live && ObjectAccess::tag(entry.key) == Tag::Str && equal_texts(entry.key, key)) {
      value.swap(entry.value);
      return true;
    }
  }
  entries_.push_back({std::move(key), std::move(value), true});
  ++live_;
  return true;
}

WalkOutcome Dict::set(Object&& key, Object&& value, Walk& walk) {
  if (index_.empty() && set_small(key, value)) return WalkOutcome::Done;
  std::uint32_t hash = 0;
  if (!index_.empty() || may_be_unhashable(key)) {
    const WalkOutcome outcome = hash32(key, walk, &hash);
    if (outcome != WalkOutcome::Done) return outcome;
  }
  std::size_t at = kNotFound;
  WalkOutcome outcome = locate(key, hash, walk, &at);
  if (outcome != WalkOutcome::Done) return outcome;
  if (at != kNotFound) {
    // Swapped, not assigned: the old value may be a container whose end comes back to this dict.
    value.swap(entries_[at].value);
    return WalkOutcome::Done;
  }
  const bool needs_index = entries_.size() >= kLinear;
  if (needs_index && (entries_.size() + 1) * 2 > index_.size()) {
    const bool had_index = !index_.empty();
    compact();
    outcome = build_index(std::bit_ceil(entries_.capacity() * 2 + 2), walk);
    if (outcome == WalkOutcome::Done && !had_index) outcome = hash32(key, walk, &hash);
    if (outcome != WalkOutcome::Done) return outcome;
  }
  append(std::move(key), std::move(value), hash);
  return WalkOutcome::Done;
}

void Dict::append(Object&& key, Object&& value, std::uint32_t hash) {
  if (entries_.size() >= kErased) throw OverflowError("dict with more than 2**32 - 2 entries");
  entries_.push_back({std::move(key), std::move(value), true});
  ++live_;
  if (index_.empty()) return;
  const std::size_t mask = index_.size() - 1;
  std::size_t slot = hash & mask;
  while (index_[slot].entry != kFree) slot = (slot + 1) & mask;
  index_[slot] = {hash, static_cast<std::uint32_t>(entries_.size() - 1)};
}

// Hashes were all taken before without a complaint, or the keys are plain; it can fail only because
// the budget of this walk is used up. The dict is then whole, and without index.
WalkOutcome Dict::build_index(std::size_t slots, Walk& walk) {
  std::vector<Slot> fresh(slots);
  const std::size_t mask = slots - 1;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    std::uint32_t hash = 0;
    const WalkOutcome outcome = hash32(entries_[i].key, walk, &hash);
    if (outcome != WalkOutcome::Done) return outcome;
    std::size_t slot = hash & mask;
    while (fresh[slot].entry != kFree) slot = (slot + 1) & mask;
    fresh[slot] = {hash, static_cast<std::uint32_t>(i)};
  }
  index_ = std::move(fresh);
  return WalkOutcome::Done;
}

void Dict::compact() {
  if (live_ != entries_.size()) std::erase_if(entries_, [](const Entry& e) { return !e.live; });
  index_.clear();
}

WalkOutcome Dict::erase(const Object& key, Walk& walk, bool* erased) {
  *erased = false;
  std::uint32_t hash = 0;
  if (!index_.empty() || may_be_unhashable(key)) {
    const WalkOutcome outcome = hash32(key, walk, &hash);
    if (outcome != WalkOutcome::Done) return outcome;
  }
  std::size_t at = kNotFound;
  WalkOutcome outcome = locate(key, hash, walk, &at);
  if (outcome != WalkOutcome::Done || at == kNotFound) return outcome;

  *erased = true;
  --live_;
  const Entry gone = std::exchange(entries_[at], Entry{{}, {}, false});
  if (!index_.empty()) {
    const std::size_t mask = index_.size() - 1;
    std::size_t slot = hash & mask;
    while (index_[slot].entry != at) slot = (slot + 1) & mask;
    index_[slot].entry = kErased;
  }
  if (live_ < entries_.size() / 2) {
    const std::size_t slots = index_.size();
    compact();
    if (slots != 0 && live_ >= kLinear) outcome = build_index(slots, walk);
  }
  return outcome;
}

}  // namespace mp::serial
