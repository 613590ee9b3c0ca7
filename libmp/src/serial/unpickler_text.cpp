// The lines of protocol 0, and the opcodes that only their writer understands.
#include "serial/big_int.hpp"
#include "serial/unpickler.hpp"
#include "serial/utf8.hpp"

#include <charconv>
#include <cstring>

namespace mp::serial {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// `count` hex digits at the start of `text`; -1 if there are not so many.
std::int64_t hex_number(std::string_view text, std::size_t count) {
  if (text.size() < count) return -1;
  std::int64_t value = 0;
  for (const char c : text.substr(0, count)) {
    if (hex_digit(c) < 0) return -1;
    value = value * 16 + hex_digit(c);
  }
  return value;
}

// Python's "raw-unicode-escape": Latin-1, where only \uXXXX and \UXXXXXXXX are special.
bool decode_raw_unicode(std::string_view line, std::string* out) {
  for (std::size_t at = 0; at < line.size();) {
    const auto c = static_cast<unsigned char>(line[at++]);
    const char next = at < line.size() ? line[at] : '\0';
    if (c != '\\' || (next != 'u' && next != 'U')) {
      append_utf8(out, c);
      if (c == '\\' && at < line.size()) {
        append_utf8(out, static_cast<unsigned char>(line[at++]));  // "\\u" is not an escape
      }
      continue;
    }
    const std::size_t digits = next == 'u' ? 4 : 8;
    const std::int64_t code = hex_number(line.substr(at + 1), digits);
    if (code < 0 || code > 0x10ffff) return false;
    append_utf8(out, static_cast<char32_t>(code));
    at += 1 + digits;
  }
  return true;
}

// One escape of a Python 2 string literal; `at` is behind the backslash.
bool decode_escape(std::string_view text, std::size_t* at, std::string* out) {
  constexpr std::string_view kNames = "\\'\"abfnrtv";
  constexpr std::string_view kValues = "\\'\"\a\b\f\n\r\t\v";
  if (*at == text.size()) return false;
  const char c = text[(*at)++];
  if (const std::size_t found = kNames.find(c); found != std::string_view::npos) {
    out->push_back(kValues[found]);
    return true;
  }
  if (c == 'x') {
    const std::int64_t code = hex_number(text.substr(*at), 2);
    if (code < 0) return false;
    out->push_back(static_cast<char>(code));
    *at += 2;
    return true;
  }
  if (c >= '0' && c <= '7') {
    int code = c - '0';
    for (int i = 0; i < 2 && *at < text.size() && text[*at] >= '0' && text[*at] <= '7'; ++i) {
      code = code * 8 + (text[(*at)++] - '0');
    }
    out->push_back(static_cast<char>(code & 0xff));
    return true;
  }
  out->append({'\\', c});
  return true;
}

}  // namespace

bool Unpickler::take_line(std::string_view* line) {
  const std::size_t end = input_.find('\n', at_);
  if (end == std::string_view::npos) return fail(FailureCode::Truncated, "a line has no end");
  *line = input_.substr(at_, end - at_);
  at_ = end + 1;
  return true;
}

bool Unpickler::load_float_line() {
  std::string_view line;
  if (!take_line(&line)) return false;
  double value = 0;
  const auto parsed = std::from_chars(line.data(), line.data() + line.size(), value);
  if (parsed.ec != std::errc() || parsed.ptr != line.data() + line.size()) {
    return fail(FailureCode::Malformed, "not a float");
  }
  return push(value);
}

// "00" and "01" are how protocol 0 writes bools.
bool Unpickler::load_int_line() {
  std::string_view line;
  if (!take_line(&line)) return false;
  if (line == "00" || line == "01") return push(line == "01");
  const std::optional<std::string> value = from_decimal(line);
  if (!value.has_value()) return fail(FailureCode::Malformed, "not an int");
  return push(make_int(*value));
}

bool Unpickler::load_long_line() {
  std::string_view line;
  if (!take_line(&line)) return false;
  if (!line.empty() && line.back() == 'L') line.remove_suffix(1);
  const std::optional<std::string> value = from_decimal(line);
  if (!value.has_value()) {
    return fail(FailureCode::Malformed, "not an int of at most 4300 digits");
  }
  return push(make_int(*value));
}

// Python 2's repr of a str.
bool Unpickler::load_quoted_line() {
  std::string_view line;
  if (!take_line(&line)) return false;
  const bool quoted = line.size() >= 2 && line.front() == line.back() &&
                      (line.front() == '\'' || line.front() == '"');
  if (!quoted) return fail(FailureCode::Malformed, "the text is not in quotes");
  line = line.substr(1, line.size() - 2);
  std::string text;
  for (std::size_t at = 0; at < line.size();) {
    const char c = line[at++];
    if (c != '\\') {
      text.push_back(c);
    } else if (!decode_escape(line, &at, &text)) {
      return fail(FailureCode::Malformed, "bad escape in text");
    }
  }
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) {
      return fail(FailureCode::Malformed, "str of Python 2 is not ASCII");
    }
  }
  return push(make_str(text));
}

bool Unpickler::load_unicode_line() {
  std::string_view line;
  if (!take_line(&line)) return false;
  std::string text;
  if (!decode_raw_unicode(line, &text)) return fail(FailureCode::Malformed, "bad escape in text");
  return push(make_str(text));
}

bool Unpickler::memo_put_line() {
  std::string_view line;
  if (!take_line(&line)) return false;
  std::uint32_t index = 0;
  const auto parsed = std::from_chars(line.data(), line.data() + line.size(), index);
  if (parsed.ec != std::errc() || parsed.ptr != line.data() + line.size()) {
    return fail(FailureCode::Malformed, "not a memo index");
  }
  return memo_put(index);
}

bool Unpickler::memo_get_line() {
  std::string_view line;
  if (!take_line(&line)) return false;
  std::uint32_t index = 0;
  const auto parsed = std::from_chars(line.data(), line.data() + line.size(), index);
  if (parsed.ec != std::errc() || parsed.ptr != line.data() + line.size()) {
    return fail(FailureCode::Malformed, "not a memo index");
  }
  return memo_get(index);
}

bool Unpickler::step_protocol_0(Opcode opcode) {
  switch (opcode) {
    case Opcode::Float:
      return load_float_line();
    case Opcode::Int:
      return load_int_line();
    case Opcode::Long:
      return load_long_line();
    case Opcode::String:
      return load_quoted_line();
    case Opcode::Unicode:
      return load_unicode_line();
    case Opcode::Put:
      return memo_put_line();
    case Opcode::Get:
      return memo_get_line();
    case Opcode::PersId:
    case Opcode::BinPersId:
      return fail(FailureCode::Unsupported, "a persistent id, which only its writer understands");
    case Opcode::Ext1:
    case Opcode::Ext2:
    case Opcode::Ext4:
      return fail(FailureCode::Unsupported,
                  "a code of the extension registry, which is empty here");
    default:
      return fail(FailureCode::Malformed, "no such opcode");
  }
}

}  // namespace mp::serial
