// The forms of protocols 0 to 3, where they differ: texts instead of binary numbers, PUT instead of
// MEMOIZE, names of Python 2, and calls for what had no opcode yet.
#include "serial/big_int.hpp"
#include "serial/dict.hpp"
#include "serial/float_text.hpp"
#include "serial/old_names.hpp"
#include "serial/pickler.hpp"
#include "serial/utf8.hpp"

#include <array>

namespace mp::serial {
namespace {

// Python's "raw-unicode-escape", and what would end the line.
std::string escaped(std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t code = next_code_point(text, &at);
    const bool special =
        code == '\\' || code == '\0' || code == '\n' || code == '\r' || code == 0x1a;
    if (code < 0x100 && !special) {
      out.push_back(static_cast<char>(code));
      continue;
    }
    const bool is_long = code >= 0x10000;
    out.append(is_long ? "\\U" : "\\u");
    for (int shift = is_long ? 28 : 12; shift >= 0; shift -= 4) {
      out.push_back(kHex[(code >> static_cast<unsigned>(shift)) & 0xfU]);
    }
  }
  return out;
}

// Bytes as the str that _codecs.encode turns back into them.
Object latin1_text(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) append_utf8(&out, static_cast<unsigned char>(c));
  return make_str(out);
}

const Object& latin1_name() {
  static const Object* const name = [] {
    auto* made = new Object("latin1");
    ObjectAccess::make_immortal(*made);
    return made;
  }();
  return *name;
}

}  // namespace

void Pickler::put_text(std::string_view text) {
  std::memcpy(room(text.size()), text.data(), text.size());
}

void Pickler::put_memo_number(std::uint32_t number) {
  if (protocol_ == 0) {
    put_text("p" + std::to_string(number) + "\n");
  } else if (number <= 0xff) {
    put(Opcode::BinPut, static_cast<std::uint8_t>(number));
  } else {
    put(Opcode::LongBinPut, number);
  }
}

bool Pickler::save_old(const Object& object) {
  switch (ObjectAccess::tag(object)) {
    case Tag::None:
      put(Opcode::None);
      return true;
    case Tag::Bool: {
      const bool value = ObjectAccess::integer(object) != 0;
      if (protocol_ < 2) {
        put_text(value ? "I01\n" : "I00\n");
      } else {
        put(value ? Opcode::NewTrue : Opcode::NewFalse);
      }
      return true;
    }
    case Tag::Int:
    case Tag::BigInt:
      return save_old_int(object);
    case Tag::Float:
      if (protocol_ == 0) {
        put_text("F" + float_text(ObjectAccess::real(object)) + "\n");
      } else {
        save_float(ObjectAccess::real(object));
      }
      return true;
    default:
      break;
  }
  detail::Block* block = ObjectAccess::block(object);
  if (const std::int64_t number = is_shared(block) ? memo_.find(block) : -1; number >= 0) {
    fetch(number);
    return true;
  }
  if (depth_ == kMaxDepth) return fail("nested deeper than 1000");
  ++depth_;
  const bool ok = save_old_container(object);
  --depth_;
  return ok;
}

bool Pickler::save_old_container(const Object& object) {
  const detail::Block* block = ObjectAccess::block(object);
  switch (ObjectAccess::tag(object)) {
    case Tag::Str:
      if (!save_old_str(ObjectAccess::raw(object).view())) return false;
      memoize(block);
      return true;
    case Tag::Bytes:
      return save_old_bytes(object);
    case Tag::List:
      if (protocol_ > 0) return save_list(ObjectAccess::list(object), block);
      put_text("(l");
      memoize(block);
      return save_appended(ObjectAccess::list(object));
    case Tag::Tuple:
      return save_tuple(ObjectAccess::items(object), block);
    case Tag::Dict:
      return protocol_ > 0 ? save_dict(object) : save_old_dict(object);
    case Tag::Set:
    case Tag::FrozenSet:
      return save_old_set(object);
    default:
      return save_rare(object);
  }
}

// Beyond 32 bits protocols 0 and 1 know only the decimal form.
bool Pickler::save_old_int(const Object& object) {
  const bool is_big = ObjectAccess::tag(object) == Tag::BigInt;
  if (protocol_ >= 2) {
    if (is_big) return save_big_int(object);
    save_int(ObjectAccess::integer(object));
    return true;
  }
  if (is_big) {
    const std::optional<std::string> text = to_decimal(ObjectAccess::raw(object).view());
    if (!text.has_value()) return fail("an int of more than 4300 digits in protocol 0 or 1");
    put_text("L" + *text + "L\n");
    return true;
  }
  const std::int64_t value = ObjectAccess::integer(object);
  if (value != static_cast<std::int32_t>(value)) {
    put_text("L" + std::to_string(value) + "L\n");
  } else if (protocol_ == 0) {
    put_text("I" + std::to_string(value) + "\n");
  } else {
    save_int(value);
  }
  return true;
}

bool Pickler::save_old_str(std::string_view text) {
  if (protocol_ == 0) {
    put(Opcode::Unicode);
    put_text(escaped(text));
    put_text("\n");
    return true;
  }
  if (text.size() > 0xffffffff) return fail("a str of 4 GiB needs protocol 4");
  put(Opcode::BinUnicode, static_cast<std::uint32_t>(text.size()));
  put_text(text);
  return true;
}

bool Pickler::save_old_bytes(const Object& object) {
  const std::string_view content = ObjectAccess::raw(object).view();
  const detail::Block* block = ObjectAccess::block(object);
  if (protocol_ == 3) {
    if (content.size() > 0xffffffff) return fail("bytes of 4 GiB need protocol 4");
    if (content.size() <= 0xff) {
      put(Opcode::ShortBinBytes, static_cast<std::uint8_t>(content.size()));
    } else {
      put(Opcode::BinBytes, static_cast<std::uint32_t>(content.size()));
    }
    put_text(content);
    memoize(block);
    return true;
  }
  if (content.empty()) return save_call(Known::Bytes, {}, block);
  const std::array arguments{latin1_text(content), latin1_name()};
  return save_call(Known::CodecsEncode, arguments, block);
}

// Protocols 0 and 1: always between marks.
bool Pickler::save_marked_tuple(std::span<const Object> items, const detail::Block* block) {
  if (items.empty()) {
    protocol_ == 0 ? put_text("(t") : put(Opcode::EmptyTuple);
    return true;
  }
  put(Opcode::Mark);
  for (const Object& item : items) {
    if (!save(item)) return false;
  }
  if (const std::int64_t number = block == nullptr ? -1 : memo_.find(block); number >= 0) {
    // A mark counts as a value there.
    put_text(protocol_ == 0 ? std::string(items.size() + 1, '0') : std::string(1, '1'));
    fetch(number);
    return true;
  }
  put(Opcode::Tuple);
  memoize(block);
  return true;
}

bool Pickler::save_old_dict(const Object& object) {
  put_text("(d");
  memoize(ObjectAccess::block(object));
  return ObjectAccess::dict(object).for_each([&](const Dict::Entry& entry) {
    if (!save(entry.key) || !save(entry.value)) return false;
    put(Opcode::SetItem);
    return true;
  });
}

// set([...]): the list is one that nobody has.
bool Pickler::save_old_set(const Object& object) {
  std::vector<Object> members;
  ObjectAccess::dict(object).for_each([&](const Dict::Entry& entry) {
    members.push_back(entry.key);
    return true;
  });
  const std::array arguments{make_list(std::move(members))};
  const bool frozen = ObjectAccess::tag(object) == Tag::FrozenSet;
  return save_call(frozen ? Known::FrozenSet : Known::Set, arguments, ObjectAccess::block(object));
}

// A name inside a class is fetched from it: getattr(Outer, 'Inner').
bool Pickler::save_old_global(const Object& object) {
  const detail::GlobalBlock& global = ObjectAccess::global(object);
  const std::string_view name = ObjectAccess::raw(global.name).view();
  const std::size_t dot = name.rfind('.');
  if (dot != std::string_view::npos && dot > 0) {
    const std::array arguments{make_global(global.module, Object(name.substr(0, dot))),
                               Object(name.substr(dot + 1))};
    return save_call(Known::Getattr, arguments, ObjectAccess::block(object));
  }
  GlobalName written{ObjectAccess::raw(global.module).view(), name};
  if (protocol_ < 3) written = name_of_python_2(written);
  if (written.module.find('\n') != std::string_view::npos ||
      written.name.find('\n') != std::string_view::npos) {
    return fail("a global with a line break in its name");
  }
  put(Opcode::Global);
  put_text(std::string(written.module) + "\n" + std::string(written.name) + "\n");
  memoize(ObjectAccess::block(object));
  return true;
}

// NEWOBJ came with protocol 2 and NEWOBJ_EX with 4; before, functions of copyreg did the same.
bool Pickler::save_old_making(const detail::InstanceBlock& instance) {
  const std::span<const Object> arguments = ObjectAccess::items(instance.arguments);
  const bool has_opcode =
      instance.make == Make::Reduce || (instance.make != Make::NewObjEx && protocol_ >= 2);
  if (has_opcode) return save_making(instance);
  std::vector<Object> all{instance.function};
  all.insert(all.end(), arguments.begin(), arguments.end());
  Known function = instance.make == Make::NewObjEx ? Known::NewObjEx : Known::NewObj;
  if (instance.make == Make::Reconstruct) {
    function = Known::Reconstructor;
    all.insert(all.end(), {known_global(Known::Object), Object()});
  }
  if (!save(known_global(function)) || !save_tuple(all, nullptr)) return false;
  put(Opcode::Reduce);
  return true;
}

}  // namespace mp::serial
