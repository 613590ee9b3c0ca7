#include "serial/text.hpp"

#include "serial/big_int.hpp"
#include "serial/dict.hpp"
#include "serial/float_text.hpp"
#include "serial/object_block.hpp"
#include "serial/utf8.hpp"
#include <libmp/exceptions.hpp>

#include <algorithm>
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

void append_bytes(std::string* out, std::string_view bytes) {
  const char quote = quote_for(bytes);
  out->push_back('b');
  out->push_back(quote);
  for (const char c : bytes) {
    const auto code = static_cast<unsigned char>(c);
    if (append_common_escape(out, code, quote)) continue;
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
      case Tag::Callable:
        out_->append("<function>");
        return;
      case Tag::Tuple:
      case Tag::List:
      case Tag::Dict:
        print_container(object);
        return;
    }
  }

 private:
  void print_container(const Object& object) {
    const detail::Block* block = ObjectAccess::block(object);
    if (std::find(open_.begin(), open_.end(), block) != open_.end()) {
      print_cycle(object.kind());
      return;
    }
    if (open_.size() >= static_cast<std::size_t>(kMaxDepth)) {
      throw RuntimeError("repr: nested deeper than " + std::to_string(kMaxDepth));
    }
    open_.push_back(block);
    if (object.kind() == Kind::Dict) {
      print_dict(ObjectAccess::dict(object));
    } else {
      print_sequence(object.kind(), ObjectAccess::items(object));
    }
    open_.pop_back();
  }

  void print_cycle(Kind kind) {
    out_->append(kind == Kind::Dict ? "{...}" : kind == Kind::List ? "[...]" : "(...)");
  }

  void print_sequence(Kind kind, std::span<const Object> items) {
    out_->push_back(kind == Kind::List ? '[' : '(');
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (i != 0) out_->append(", ");
      print(items[i]);
    }
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
  if (tag == Tag::Tuple || tag == Tag::List || tag == Tag::Dict) {
    return std::string(object.type_name()) + " of " + std::to_string(object.size());
  }
  if (tag == Tag::BigInt) {
    return "int of " + std::to_string(ObjectAccess::raw(object).size) + " bytes";
  }
  if (tag == Tag::Str || tag == Tag::Bytes) {
    std::string_view view = ObjectAccess::raw(object).view();
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
  return repr(object);
}

std::ostream& operator<<(std::ostream& out, const Object& object) { return out << str(object); }

}  // namespace mp
