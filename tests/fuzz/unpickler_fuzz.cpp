// Any bytes: they load, or are refused with offset and opcode. What loads can be pickled, and the
// copy of the copy pickles to the same bytes.
#include "serial/object_block.hpp"
#include <libmp/exceptions.hpp>
#include <libmp/object.hpp>
#include <libmp/serialize.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <variant>
#include <vector>

namespace {

using mp::Kind;
using mp::Object;

struct Sample {
  std::string name;
  std::vector<std::map<int, std::string>> parts;
  std::optional<std::variant<bool, double, std::vector<bool>>> choice;
  Object object;
};

void require(bool condition) {
  if (!condition) std::abort();
}

// Cycles are the holder's to open. Lists and dicts are emptied one by one: no walk of shared parts
// takes longer than their number.
void open_cycles(const Object& root) {
  std::unordered_set<const void*> seen;
  std::vector<Object> todo{root};
  std::vector<Object> found;
  while (!todo.empty()) {
    const Object object = std::move(todo.back());
    todo.pop_back();
    if (object.kind() < Kind::Tuple) continue;
    if (!seen.insert(mp::detail::ObjectAccess::block(object)).second) continue;
    if (object.kind() == Kind::Dict) {
      for (auto& [key, value] : object.items()) {
        todo.push_back(std::move(key));
        todo.push_back(std::move(value));
      }
    } else {
      for (const Object& item : object.elements()) todo.push_back(item);
    }
    found.push_back(object);
  }
  for (const Object& object : found) {
    if (object.kind() != Kind::Tuple) object.clear();
  }
}

void load(std::string_view bytes) {
  Object value;
  try {
    value = mp::loads(bytes);
  } catch (const mp::UnpicklingError& error) {
    require(std::string_view(error.what()).starts_with("offset "));
    return;
  }
  try {
    const std::string first = mp::dumps(value);
    const Object copy = mp::loads(first);
    require(mp::dumps(copy) == first);
    open_cycles(copy);
  } catch (const mp::PicklingError&) {
    // nested deeper than may be written
  } catch (const mp::UnpicklingError& error) {
    // The keys may take longer than the shorter pickle allows; nothing else.
    require(std::string_view(error.what()).find("keys") != std::string_view::npos ||
            std::string_view(error.what()).find("a key nested") != std::string_view::npos);
  }
  open_cycles(value);
}

void decode(std::span<const std::byte> bytes) {
  try {
    const auto sample = mp::detail::decode<Sample>(bytes);
    open_cycles(sample.object);
  } catch (const mp::UnpicklingError&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span bytes(data, size);
  load({reinterpret_cast<const char*>(data), size});
  decode(std::as_bytes(bytes));
  return 0;
}
