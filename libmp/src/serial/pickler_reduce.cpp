// What is written as a call, or has members in no order: sets, buffers, globals, instances.
#include "serial/dict.hpp"
#include "serial/pickler.hpp"

#include <algorithm>
#include <array>

namespace mp::serial {

bool Pickler::save_rare(const Object& object) {
  switch (ObjectAccess::tag(object)) {
    case Tag::Set:
      return save_set(object);
    case Tag::FrozenSet:
      return save_frozenset(object);
    case Tag::ByteArray:
      return save_byte_array(object);
    case Tag::Buffer:
      return save_buffer(object);
    case Tag::Complex:
      return save_complex(object);
    case Tag::Range:
      return save_call(Known::Range, ObjectAccess::items(object), ObjectAccess::block(object));
    case Tag::Slice:
      return save_call(Known::Slice, ObjectAccess::items(object), ObjectAccess::block(object));
    case Tag::Global:
      return save_global(object);
    default:
      return save_instance(object);
  }
}

bool Pickler::save_set(const Object& object) {
  const Dict& members = ObjectAccess::dict(object);
  put(Opcode::EmptySet);
  memoize(ObjectAccess::block(object));
  if (members.size() == 0) return true;
  put(Opcode::Mark);
  std::size_t in_batch = 0;
  const bool ok = members.for_each([&](const Dict::Entry& entry) {
    if (!save(entry.key)) return false;
    if (++in_batch == kBatch) {
      put(Opcode::AddItems);
      put(Opcode::Mark);
      in_batch = 0;
    }
    return true;
  });
  put(Opcode::AddItems);
  return ok;
}

bool Pickler::save_frozenset(const Object& object) {
  const detail::Block* block = ObjectAccess::block(object);
  put(Opcode::Mark);
  const bool ok = ObjectAccess::dict(object).for_each(
      [&](const Dict::Entry& entry) { return save(entry.key); });
  if (!ok) return false;
  constexpr std::size_t kUpToTheMark = 4;
  if (fetch_recursive(block, kUpToTheMark)) return true;
  put(Opcode::FrozenSet);
  memoize(block);
  return true;
}

bool Pickler::save_byte_array(const Object& object) {
  const std::string_view content = ObjectAccess::byte_array(object);
  if (protocol_ >= 5) {
    save_raw(content, Opcode::ByteArray8, Opcode::ByteArray8, Opcode::ByteArray8);
    memoize(ObjectAccess::block(object));
    return true;
  }
  const std::array arguments{make_bytes(content)};
  return save_call(Known::ByteArray, std::span(arguments).first(content.empty() ? 0 : 1),
                   ObjectAccess::block(object));
}

// In the pickle, or beside it if the callback takes it.
bool Pickler::save_buffer(const Object& object) {
  if (protocol_ < 5) return fail("a PickleBuffer needs protocol 5");
  const bool may_change = ObjectAccess::items(object)[1] == Object(false);
  if (options_.buffer_callback && !options_.buffer_callback(object)) {
    put(Opcode::NextBuffer);
    if (!may_change) put(Opcode::ReadonlyBuffer);
    return true;
  }
  const auto form = [&](Opcode of_bytes) { return may_change ? Opcode::ByteArray8 : of_bytes; };
  save_raw(bytes_of(object), form(Opcode::ShortBinBytes), form(Opcode::BinBytes),
           form(Opcode::BinBytes8));
  memoize(ObjectAccess::block(object));
  return true;
}

bool Pickler::save_complex(const Object& object) {
  const detail::ComplexBlock& value = ObjectAccess::complex(object);
  const std::array<Object, 2> arguments{value.real, value.imag};
  return save_call(Known::Complex, arguments, ObjectAccess::block(object));
}

bool Pickler::save_call(Known function, std::span<const Object> arguments,
                        const detail::Block* block) {
  if (!save(known_global(function))) return false;
  if (!save_tuple(arguments, nullptr)) return false;
  put(Opcode::Reduce);
  if (!fetch_recursive(block, 1)) memoize(block);
  return true;
}

bool Pickler::save_global(const Object& object) {
  if (old_) return save_old_global(object);
  const detail::GlobalBlock& global = ObjectAccess::global(object);
  if (!save(global.module) || !save(global.name)) return false;
  put(Opcode::StackGlobal);
  memoize(ObjectAccess::block(object));
  return true;
}

bool Pickler::save_instance(const Object& object) {
  const detail::InstanceBlock& instance = ObjectAccess::instance(object);
  const bool ok = old_ ? save_old_making(instance) : save_making(instance);
  if (!ok) return false;
  const detail::Block* block = ObjectAccess::block(object);
  if (fetch_recursive(block, 1)) return true;
  memoize(block, is_shared(block) || !instance.setter.is_none());
  return save_appended(instance.appended) && save_pairs(instance.pairs) &&
         save_state(object, instance);
}

bool Pickler::save_making(const detail::InstanceBlock& instance) {
  if (!save(instance.function)) return false;
  if (instance.make == Make::NewObjEx) {
    for (const Object& part : ObjectAccess::items(instance.arguments)) {
      if (!save(part)) return false;
    }
    put(Opcode::NewObjEx);
    return true;
  }
  if (!save(instance.arguments)) return false;
  put(instance.make == Make::Reduce ? Opcode::Reduce : Opcode::NewObj);
  return true;
}

bool Pickler::save_appended(std::span<const Object> items) {
  while (!items.empty()) {
    const std::size_t batch = protocol_ == 0 ? 1 : std::min(items.size(), kBatch);
    if (batch > 1) put(Opcode::Mark);
    for (const Object& item : items.first(batch)) {
      if (!save(item)) return false;
    }
    put(batch > 1 ? Opcode::Appends : Opcode::Append);
    items = items.subspan(batch);
  }
  return true;
}

bool Pickler::save_pairs(std::span<const Object> items) {
  while (!items.empty()) {
    const std::size_t batch = protocol_ == 0 ? 2 : std::min(items.size(), 2 * kBatch);
    if (batch > 2) put(Opcode::Mark);
    for (const Object& item : items.first(batch)) {
      if (!save(item)) return false;
    }
    put(batch > 2 ? Opcode::SetItems : Opcode::SetItem);
    items = items.subspan(batch);
  }
  return true;
}

bool Pickler::save_state(const Object& object, const detail::InstanceBlock& instance) {
  if (instance.setter.is_none()) {
    if (instance.state.is_none()) return true;
    if (!save(instance.state)) return false;
    put(Opcode::Build);
    return true;
  }
  // setter(object, state), whose result is dropped.
  if (!save(instance.setter)) return false;
  fetch(memo_.find(ObjectAccess::block(object)));
  if (!save(instance.state)) return false;
  put(Opcode::Tuple2);
  put(Opcode::Reduce);
  put(Opcode::Pop);
  return true;
}

}  // namespace mp::serial
