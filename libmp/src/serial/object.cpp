#include "serial/big_int.hpp"
#include "serial/block_pool.hpp"
#include "serial/compare.hpp"
#include "serial/dict.hpp"
#include "serial/instance.hpp"
#include "serial/object_block.hpp"
#include "serial/utf8.hpp"
#include <libmp/exceptions.hpp>
#include <libmp/object.hpp>

#include <array>
#include <cstring>
#include <memory>
#include <new>
#include <utility>

namespace mp {

std::string_view to_string(Kind kind) noexcept {
  constexpr std::array<std::string_view, 19> kNames{
      "NoneType", "bool",         "int",       "float",     "str",   "bytes",     "tuple",
      "list",     "dict",         "complex",   "bytearray", "set",   "frozenset", "range",
      "slice",    "PickleBuffer", "Exception", "global",    "object"};
  return kNames[static_cast<std::size_t>(kind)];
}

namespace detail {

TupleBlock* TupleBlock::create(std::span<Object> take_from) {
  const std::size_t size = sizeof(TupleBlock) + take_from.size_bytes();
  auto* block = new (serial::BlockPool::take(size)) TupleBlock(take_from.size());
  std::uninitialized_move(take_from.begin(), take_from.end(), block->data());
  return block;
}

namespace {

template <class T, class... Arguments>
T* create_block(Arguments&&... arguments) {
  return new (serial::BlockPool::take(sizeof(T))) T(std::forward<Arguments>(arguments)...);
}

// Ends one block; its items may end others.
void destroy_one(Tag tag, Block* block) noexcept {
  std::size_t size = 0;
  switch (tag) {
    case Tag::List:
      std::destroy_at(static_cast<ListBlock*>(block));
      size = sizeof(ListBlock);
      break;
    case Tag::Dict:
    case Tag::Set:
    case Tag::FrozenSet:
      std::destroy_at(static_cast<DictBlock*>(block));
      size = sizeof(DictBlock);
      break;
    case Tag::Tuple:
    case Tag::Range:
    case Tag::Slice:
    case Tag::Buffer: {
      auto* tuple = static_cast<TupleBlock*>(block);
      std::destroy_n(tuple->data(), tuple->size);
      size = sizeof(TupleBlock) + tuple->size * sizeof(Object);
      break;
    }
    case Tag::Instance:
      std::destroy_at(static_cast<InstanceBlock*>(block));
      size = sizeof(InstanceBlock);
      break;
    case Tag::Global:
      std::destroy_at(static_cast<GlobalBlock*>(block));
      size = sizeof(GlobalBlock);
      break;
    case Tag::ByteArray:
      std::destroy_at(static_cast<ByteArrayBlock*>(block));
      size = sizeof(ByteArrayBlock);
      break;
    case Tag::Complex:
      size = sizeof(ComplexBlock);
      break;
    default:
      size = sizeof(RawBlock) + static_cast<RawBlock*>(block)->size;
      break;
  }
  serial::BlockPool::give(block, size);
}

// Containers that wait for their end because it came up too deep inside of another's: a list for
// each kind. The link lies in the count of references, which nobody needs any more.
struct Deferred {
  int depth = 0;
  std::array<Block*, kContainerTags> waiting{};
};
constinit thread_local Deferred deferred;

constexpr auto kFirstContainer = static_cast<std::size_t>(kFirstContainerTag);

void defer(Tag tag, Block* block) noexcept {
  Block*& head = deferred.waiting[static_cast<std::size_t>(tag) - kFirstContainer];
  block->refs.store(reinterpret_cast<std::uintptr_t>(head), std::memory_order_relaxed);
  head = block;
}

// True if there was one.
bool destroy_deferred() noexcept {
  for (std::size_t which = 0; which < kContainerTags; ++which) {
    Block* block = deferred.waiting[which];
    if (block == nullptr) continue;
    deferred.waiting[which] = reinterpret_cast<Block*>(block->refs.load(std::memory_order_relaxed));
    destroy_one(static_cast<Tag>(kFirstContainer + which), block);
    return true;
  }
  return false;
}

}  // namespace

void destroy_block(Tag tag, Block* block) noexcept {
  constexpr int kDirect = 50;  // levels of plain recursion before the rest has to wait
  if (tag < kFirstContainerTag) {
    destroy_one(tag, block);
    return;
  }
  if (deferred.depth >= kDirect) {
    defer(tag, block);
    return;
  }
  ++deferred.depth;
  destroy_one(tag, block);
  if (deferred.depth == 1) {
    while (destroy_deferred()) {
    }
  }
  --deferred.depth;
}

}  // namespace detail

namespace serial {
namespace {

// "" and the 256 Latin-1 characters. Never freed.
const Object* short_texts() {
  static const Object* const table = [] {
    auto* made = new Object[257];
    made[256] = ObjectAccess::adopt(Tag::Str, detail::RawBlock::create(""));
    for (char32_t c = 0; c < 256; ++c) {
      std::string text;
      append_utf8(&text, c);
      made[c] = ObjectAccess::adopt(Tag::Str, detail::RawBlock::create(text));
    }
    for (int i = 0; i < 257; ++i) ObjectAccess::make_immortal(made[i]);
    return made;
  }();
  return table;
}

}  // namespace

Object make_str(std::string_view text) {
  if (text.size() <= 2) {
    if (text.empty()) return short_texts()[256];
    const auto lead = static_cast<unsigned char>(text[0]);
    if (text.size() == 1) return short_texts()[lead];
    if (lead == 0xc2) return short_texts()[static_cast<unsigned char>(text[1])];
    if (lead == 0xc3) return short_texts()[static_cast<unsigned char>(text[1]) + 0x40U];
  }
  return ObjectAccess::adopt(Tag::Str, detail::RawBlock::create(text));
}

Object make_bytes(std::string_view data) {
  if (data.empty()) {
    static const Object* const empty = [] {
      auto* made = new Object(ObjectAccess::adopt(Tag::Bytes, detail::RawBlock::create("")));
      ObjectAccess::make_immortal(*made);
      return made;
    }();
    return *empty;
  }
  return ObjectAccess::adopt(Tag::Bytes, detail::RawBlock::create(data));
}

Object make_int(std::string_view little_endian) {
  little_endian = shortest(little_endian);
  const std::optional<std::int64_t> small = to_int64(little_endian);
  if (small.has_value()) return Object(*small);
  return ObjectAccess::adopt(Tag::BigInt, detail::RawBlock::create(little_endian));
}

Object make_list(std::vector<Object> items) {
  return ObjectAccess::adopt(Tag::List, detail::create_block<detail::ListBlock>(std::move(items)));
}

Object make_tuple(std::span<Object> take_from) {
  if (take_from.empty()) {  // () is one object, as in CPython
    static const Object* const empty = [] {
      auto* made = new Object(ObjectAccess::adopt(Tag::Tuple, detail::TupleBlock::create({})));
      ObjectAccess::make_immortal(*made);
      return made;
    }();
    return *empty;
  }
  return ObjectAccess::adopt(Tag::Tuple, detail::TupleBlock::create(take_from));
}

Object make_empty_dict() {
  return ObjectAccess::adopt(Tag::Dict, detail::create_block<detail::DictBlock>());
}

Object make_empty_set(Tag tag) {
  return ObjectAccess::adopt(tag, detail::create_block<detail::DictBlock>());
}

Object make_like_tuple(Tag tag, std::span<Object> take_from) {
  return ObjectAccess::adopt(tag, detail::TupleBlock::create(take_from));
}

Object make_byte_array(std::string_view content) {
  return ObjectAccess::adopt(Tag::ByteArray, detail::create_block<detail::ByteArrayBlock>(content));
}

std::string_view bytes_of(const Object& object) noexcept {
  const Tag tag = ObjectAccess::tag(object);
  if (tag == Tag::Buffer) return bytes_of(ObjectAccess::items(object)[0]);
  return tag == Tag::Bytes ? ObjectAccess::raw(object).view()
                           : std::string_view(ObjectAccess::byte_array(object));
}

Object make_complex(double real, double imag) {
  return ObjectAccess::adopt(Tag::Complex, detail::create_block<detail::ComplexBlock>(real, imag));
}

Object make_instance(Make make, Object function, Object arguments) {
  return ObjectAccess::adopt(Tag::Instance, detail::create_block<detail::InstanceBlock>(
                                                make, std::move(function), std::move(arguments)));
}

}  // namespace serial

using serial::Tag;
using serial::Walk;
using serial::WalkOutcome;

Object::Object(std::string_view text) : Object() {
  if (!serial::is_utf8(text)) {
    throw ValueError("str from C++ text: not valid UTF-8 (send arbitrary bytes as mp::bytes)");
  }
  *this = serial::make_str(text);
}

Object Object::from_unsigned(std::uint64_t value) {
  return serial::make_int(serial::from_unsigned(value));
}

Kind Object::kind() const noexcept {
  constexpr std::array kKinds{Kind::None,   Kind::Bool,      Kind::Int,       Kind::Float,
                              Kind::Int,    Kind::Str,       Kind::Bytes,     Kind::Complex,
                              Kind::Global, Kind::ByteArray, Kind::Tuple,     Kind::List,
                              Kind::Dict,   Kind::Set,       Kind::FrozenSet, Kind::Range,
                              Kind::Slice,  Kind::Buffer,    Kind::Instance};
  static_assert(kKinds.size() == static_cast<std::size_t>(Tag::Instance) + 1);
  return serial::is_exception(*this) ? Kind::Exception : kKinds[static_cast<std::size_t>(tag_)];
}

std::string_view Object::type_name() const noexcept {
  if (tag_ == Tag::Global && serial::is_class(serial::ObjectAccess::global(*this).known)) {
    return "type";
  }
  if (tag_ != Tag::Instance) return to_string(kind());
  const Object& function = serial::ObjectAccess::instance(*this).function;
  if (function.tag_ != Tag::Global) return to_string(Kind::Instance);
  return serial::ObjectAccess::raw(serial::ObjectAccess::global(function).name).view();
}

bool Object::is(const Object& other) const noexcept {
  if (tag_ != other.tag_) return false;
  if (has_block()) return block_ == other.block_;
  return tag_ == detail::Tag::None || int_ == other.int_;
}

bool Object::equals(const Object& left, const Object& right) {
  Walk walk;
  bool same = false;
  const WalkOutcome outcome = serial::equal(left, right, walk, &same);
  if (outcome != WalkOutcome::Done) serial::throw_walk(outcome, walk, "comparison");
  return same;
}

Object integer(std::string_view decimal) {
  const std::optional<std::string> value = serial::from_decimal(decimal);
  if (!value.has_value()) {
    constexpr std::size_t kShown = 40;
    throw ValueError("integer(): not a decimal number of at most 4300 digits: '" +
                     std::string(decimal.substr(0, kShown)) + "'");
  }
  return serial::make_int(*value);
}

}  // namespace mp

std::size_t std::hash<mp::Object>::operator()(const mp::Object& object) const {
  mp::serial::Walk walk;
  std::uint64_t value = 0;
  const mp::serial::WalkOutcome outcome = mp::serial::hash_of(object, walk, &value);
  if (outcome != mp::serial::WalkOutcome::Done) mp::serial::throw_walk(outcome, walk, "hash");
  return static_cast<std::size_t>(value);
}
