#include "serial/text.hpp"

#include "serial/big_int.hpp"
#include "serial/dict.hpp"
#include "serial/exception_text.hpp"
#include "serial/float_text.hpp"
#include "serial/instance.hpp"
#include "serial/object_block.hpp"
#include "serial/utf8.hpp"
#include <libmp/exceptions.hpp>

#include <algorithm>
#include <cmath>
#include <ostream>
#include <vector>

namespace mp {
namespace serial {
namespace {

constexpr char kHex[] = "0123456789abcdef";

void append_escaped(std::string* out, char32_t code, char mark, int digits) {
  out->push_back('\\');
  out->push_back(mark);
  for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) {
    out->push_back(kHex[(code >> static_cast<unsigned>(shift)) & 0xfU]);
  }
}

// Python prefers single quotes, unless only those occur inside.
char quote_for(std::string_view text) {
  const bool has_single = text.find('\'') != std::string_view::npos;
  return has_single && text.find('"') == std::string_view::npos ? '"' : '\'';
}

// What str and bytes have in common; false if `code` is none of it.
bool append_common_escape(std::string* out, char32_t code, char quote) {
  switch (code) {
    case U'\\':
      out->append("\\\\");
      return true;
    case U'\n':
      out->append("\\n");
      return true;
    case U'\r':
      out->append("\\r");
      return true;
    case U'\t':
      out->append("\\t");
      return true;
    default:
      if (code != static_cast<char32_t>(quote)) return false;
      out->append({'\\', quote});
      return true;
  }
}

void append_str(std::string* out, std::string_view text) {
  const char quote = quote_for(text);
  out->push_back(quote);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = at;
    const char32_t code = next_code_point(text, &at);
    if (append_common_escape(out, code, quote)) continue;
    if (is_printable(code)) {
      out->append(text.substr(start, at - start));
    } else if (code < 0x100) {
      append_escaped(out, code, 'x', 2);
    } else if (code < 0x10000) {
      append_escaped(out, code, 'u', 4);
    } else {
      append_escaped(out, code, 'U', 8);
    }
  }
  out->push_back(quote);
}

// `escaped_quote`: one that is escaped between quotes of the other kind too.
void append_bytes(std::string* out, std::string_view bytes, char escaped_quote = '\0') {
  const char quote = quote_for(bytes);
  out->push_back('b');
  out->push_back(quote);
  for (const char c : bytes) {
    const auto code = static_cast<unsigned char>(c);
    if (append_common_escape(out, code, c != '\0' && c == escaped_quote ? c : quote)) continue;
    if (code >= 0x20 && code < 0x7f) {
      out->push_back(c);
    } else {
      append_escaped(out, code, 'x', 2);
    }
  }
  out->push_back(quote);
}

void append_big_int(std::string* out, std::string_view bytes) {
  const std::optional<std::string> text = to_decimal(bytes);
  if (!text.has_value()) {
    throw ValueError("Exceeds the limit (4300 digits) for integer string conversion");
  }
  out->append(*text);
}

// "(1+2j)"; "2j" if the real part is 0.
void append_complex(std::string* out, const detail::ComplexBlock& value) {
  const auto append = [out](double part) {
    const std::string text = float_text(part);
    const bool whole = text.size() > 2 && text.ends_with(".0");
    out->append(text, 0, whole ? text.size() - 2 : text.size());
  };
  const bool alone = value.real == 0 && !std::signbit(value.real);
  if (!alone) {
    out->push_back('(');
    append(value.real);
    if (std::isnan(value.imag) || !std::signbit(value.imag)) out->push_back('+');
  }
  append(value.imag);
  out->append(alone ? "j" : "j)");
}

// What is known to be a class prints as in Python; of the others only Python knows.
void append_global(std::string* out, const Object& object) {
  const detail::GlobalBlock& block = ObjectAccess::global(object);
  const std::string name = block.module.text() == "builtins" && block.known != Known::No
                               ? std::string(block.name.text())
                               : full_name(object);
  out->append(is_class(block.known) ? "<class '" : "<global '").append(name).append("'>");
}

// Walks one value. A container that is being printed further up becomes "[...]", as in Python.
class Printer {
 public:
  explicit Printer(std::string* out) : out_(out) {}

  void print(const Object& object) {
    switch (ObjectAccess::tag(object)) {
      case Tag::None:
        out_->append("None");
        return;
      case Tag::Bool:
        out_->append(ObjectAccess::integer(object) != 0 ? "True" : "False");
        return;
      case Tag::Int:
        out_->append(std::to_string(ObjectAccess::integer(object)));
        return;
      case Tag::Float:
        out_->append(float_text(ObjectAccess::real(object)));
        return;
      case Tag::BigInt:
        append_big_int(out_, ObjectAccess::raw(object).view());
        return;
      case Tag::Str:
        append_str(out_, ObjectAccess::raw(object).view());
        return;
      case Tag::Bytes:
        append_bytes(out_, ObjectAccess::raw(object).view());
        return;
      case Tag::ByteArray:
        out_->append("bytearray(");
        append_bytes(out_, ObjectAccess::byte_array(object), '\'');  // a whim of Python's
        out_->push_back(')');
        return;
      case Tag::Complex:
        append_complex(out_, ObjectAccess::complex(object));
        return;
      case Tag::Global:
        append_global(out_, object);
        return;
      default:
        print_container(object);
        return;
    }
  }

 private:
  void print_container(const Object& object) {
    const detail::Block* block = ObjectAccess::block(object);
    if (std::find(open_.begin(), open_.end(), block) != open_.end()) {
      print_cycle(object);
      return;
    }
    if (open_.size() >= static_cast<std::size_t>(kMaxDepth)) {
      throw RuntimeError("repr: nested deeper than " + std::to_string(kMaxDepth));
    }
    open_.push_back(block);
    print_inside(object);
    open_.pop_back();
  }

  void print_inside(const Object& object) {
    switch (ObjectAccess::tag(object)) {
      case Tag::Dict:
        print_dict(ObjectAccess::dict(object));
        return;
      case Tag::Set:
      case Tag::FrozenSet:
        print_set(object);
        return;
      case Tag::Instance:
        is_exception(object) ? print_exception(object) : print_instance(object);
        return;
      case Tag::List:
      case Tag::Tuple:
        print_sequence(object.kind(), ObjectAccess::items(object));
        return;
      default:
        print_call(object.type_name(), shown_parts(object));
        return;
    }
  }

  void print_cycle(const Object& object) {
    switch (object.kind()) {
      case Kind::List:
        out_->append("[...]");
        return;
      case Kind::Tuple:
        out_->append("(...)");
        return;
      case Kind::Dict:
        out_->append("{...}");
        return;
      default:
        out_->append(object.type_name()).append("(...)");
        return;
    }
  }

  // Of a range without its step if that is 1; of an exception what Python has as its args.
  static std::span<const Object> shown_parts(const Object& object) {
    if (ObjectAccess::tag(object) == Tag::Instance) return exception_args(object);
    const std::span<const Object> items = ObjectAccess::items(object);
    if (ObjectAccess::tag(object) == Tag::Buffer) return items.first(1);
    const bool by_one = ObjectAccess::tag(object) == Tag::Range && items[2] == Object(1);
    return by_one ? items.first(2) : items;
  }

  void print_items(std::span<const Object> items) {
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (i != 0) out_->append(", ");
      print(items[i]);
    }
  }

  void print_call(std::string_view name, std::span<const Object> arguments) {
    out_->append(name).push_back('(');
    print_items(arguments);
    out_->push_back(')');
  }

  void print_set(const Object& object) {
    const Dict& members = ObjectAccess::dict(object);
    const bool named = ObjectAccess::tag(object) == Tag::FrozenSet || members.size() == 0;
    if (named) out_->append(object.type_name()).push_back('(');
    if (members.size() != 0) {
      out_->push_back('{');
      bool first = true;
      members.for_each([&](const Dict::Entry& entry) {
        if (!first) out_->append(", ");
        first = false;
        print(entry.key);
        return true;
      });
      out_->push_back('}');
    }
    if (named) out_->push_back(')');
  }

  void print_exception(const Object& object) {
    print_call(object.type_name(), shown_parts(object));
  }

  // <geometry.Point(1, 2) state {'z': 3}>: there is no telling what the class itself would print.
  void print_instance(const Object& object) {
    const detail::InstanceBlock& block = ObjectAccess::instance(object);
    out_->push_back('<');
    if (ObjectAccess::tag(block.function) == Tag::Global) {
      out_->append(full_name(block.function));
    } else {
      print(block.function);
    }
    print_call("", ObjectAccess::items(block.arguments));
    if (!block.state.is_none()) {
      out_->append(" state ");
      print(block.state);
    }
    if (!block.appended.empty()) {
      out_->append(" items ");
      print_sequence(Kind::List, block.appended);
    }
    for (std::size_t i = 0; i < block.pairs.size(); i += 2) {
      out_->append(i == 0 ? " items {" : ", ");
      print(block.pairs[i]);
      out_->append(": ");
      print(block.pairs[i + 1]);
    }
    out_->append(block.pairs.empty() ? ">" : "}>");
  }

  void print_sequence(Kind kind, std::span<const Object> items) {
    out_->push_back(kind == Kind::List ? '[' : '(');
    print_items(items);
    if (kind == Kind::Tuple && items.size() == 1) out_->push_back(',');
    out_->push_back(kind == Kind::List ? ']' : ')');
  }

  void print_dict(const Dict& dict) {
    out_->push_back('{');
    bool first = true;
    dict.for_each([&](const Dict::Entry& entry) {
      if (!first) out_->append(", ");
      first = false;
      print(entry.key);
      out_->append(": ");
      print(entry.value);
      return true;
    });
    out_->push_back('}');
  }

  std::string* out_;
  std::vector<const detail::Block*> open_;
};

}  // namespace

std::string short_repr(const Object& object) {
  constexpr std::size_t kShown = 40;
  const Tag tag = ObjectAccess::tag(object);
  if (tag == Tag::Range || tag == Tag::Slice || tag == Tag::Buffer || tag == Tag::Instance) {
    return std::string(object.type_name()) + "(...)";
  }
  if (is_container(tag)) {
    return std::string(object.type_name()) + " of " + std::to_string(object.size());
  }
  if (tag == Tag::BigInt) {
    return "int of " + std::to_string(ObjectAccess::raw(object).size) + " bytes";
  }
  if (tag == Tag::Str || tag == Tag::Bytes || tag == Tag::ByteArray) {
    std::string_view view = tag == Tag::Str ? object.text() : bytes_of(object);
    const bool cut = view.size() > kShown;
    if (cut) {
      view = view.substr(0, kShown);
      while (tag == Tag::Str && !is_utf8(view)) view.remove_suffix(1);
    }
    std::string out;
    tag == Tag::Str ? append_str(&out, view) : append_bytes(&out, view);
    return cut ? out + "..." : out;
  }
  return repr(object);
}

}  // namespace serial

std::string repr(const Object& object) {
  std::string out;
  serial::Printer(&out).print(object);
  return out;
}

std::string str(const Object& object) {
  if (object.kind() == Kind::Str) return std::string(object.text());
  return object.kind() == Kind::Exception ? serial::exception_text(object) : repr(object);
}

std::ostream& operator<<(std::ostream& out, const Object& object) { return out << str(object); }

}  // namespace mp
