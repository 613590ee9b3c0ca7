#include "serial/callables.hpp"

#include "serial/object_block.hpp"
#include "serial/utf8.hpp"

#include <string>

namespace mp::serial {
namespace {

struct Row {
  std::string_view module;
  std::string_view name;
  Callable function;
};

constexpr Row kKnown[] = {
    {"_codecs", "encode", Callable::CodecsEncode},
    {"builtins", "bytes", Callable::Bytes},
    {"__builtin__", "bytes", Callable::Bytes},
};

Failure bad_arguments(std::string_view function) {
  return {FailureCode::Malformed, "unexpected arguments of " + std::string(function), {}};
}

Result<Object> encode_latin1(std::span<const Object> arguments) {
  const auto is_str = [&](std::size_t i) { return ObjectAccess::tag(arguments[i]) == Tag::Str; };
  if (arguments.size() != 2 || !is_str(0) || !is_str(1) ||
      ObjectAccess::raw(arguments[1]).view() != "latin1") {
    return bad_arguments("_codecs.encode");
  }
  const std::string_view text = ObjectAccess::raw(arguments[0]).view();
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t code = next_code_point(text, &at);
    if (code > 0xff) return bad_arguments("_codecs.encode");
    out.push_back(static_cast<char>(code));
  }
  return make_bytes(out);
}

}  // namespace

std::optional<Callable> find_callable(std::string_view module, std::string_view name) noexcept {
  for (const Row& row : kKnown) {
    if (row.module == module && row.name == name) return row.function;
  }
  return std::nullopt;
}

Result<Object> call(Callable function, const Object& arguments) {
  const std::span<const Object> items = ObjectAccess::items(arguments);
  if (function == Callable::CodecsEncode) return encode_latin1(items);
  if (!items.empty()) return bad_arguments("bytes");  // b'' is the only value written so
  return make_bytes({});
}

}  // namespace mp::serial
