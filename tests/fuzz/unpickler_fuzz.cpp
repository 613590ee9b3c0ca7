// Any bytes: they load, or are refused with offset and opcode. What loads can be pickled in each
// protocol, and the copy of the copy pickles to the same bytes.
#include "serial/children.hpp"
#include <libmp/exceptions.hpp>
#include <libmp/object.hpp>
#include <libmp/pickle.hpp>
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

// Cycles are the holder's to open. Containers are emptied one by one: no walk of shared parts takes
// longer than their number.
void open_cycles(const Object& root) {
  std::unordered_set<const void*> seen;
  std::vector<Object> todo{root};
  std::vector<Object> found;
  while (!todo.empty()) {
    const Object object = std::move(todo.back());
    todo.pop_back();
    const mp::detail::Tag tag = mp::detail::ObjectAccess::tag(object);
    if (!mp::serial::is_container(tag)) continue;
    if (!seen.insert(mp::detail::ObjectAccess::block(object)).second) continue;
    mp::serial::for_each_child(object, [&](const Object& child) { todo.push_back(child); });
    if (mp::serial::may_close_a_cycle(tag)) found.push_back(object);
  }
  for (const Object& object : found) object.clear();
}

std::string copied(const std::string& pickle, int protocol) {
  const Object copy = mp::loads(pickle);
  std::string again;
  try {
    again = mp::dumps(copy, protocol);
  } catch (...) {
    open_cycles(copy);
    throw;
  }
  open_cycles(copy);
  return again;
}

// The first copy may differ: buffers come back as bytes, keys that became equal after they were put
// in fall together. Names of Python 2 have no way back that is always the same, so protocols 0 to 2
// must only be read.
void pass_on(const Object& value, int protocol) {
  try {
    const std::string second = copied(mp::dumps(value, protocol), protocol);
    if (protocol >= 3) require(copied(second, protocol) == second);
  } catch (const mp::PicklingError&) {
    // nested deeper than may be written, or not for this protocol
  } catch (const mp::UnpicklingError& error) {
    // The keys may take longer than the shorter pickle allows; nothing else.
    const std::string_view text = error.what();
    require(text.find("keys") != std::string_view::npos ||
            text.find("a key nested") != std::string_view::npos);
  }
}

void load(std::string_view bytes) {
  const std::vector<Object> beside{mp::bytes("beside"), mp::bytearray("it")};
  Object value;
  try {
    value = mp::loads(bytes, beside);
  } catch (const mp::UnpicklingError& error) {
    require(std::string_view(error.what()).starts_with("offset "));
    return;
  }
  for (int protocol = 0; protocol <= 5; ++protocol) pass_on(value, protocol);
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
