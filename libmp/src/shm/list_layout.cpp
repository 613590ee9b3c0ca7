#include "shm/list_layout.hpp"

#include <libmp/exceptions.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <string_view>

namespace mp::shm {
namespace {

constexpr std::size_t kWord = 8;
constexpr std::size_t kLongestSlot = 9'999'999;  // its format has 8 characters

// How Python makes the value of what it has unpacked.
enum class Code : std::uint8_t { AsItIs = 0, Str = 1, Bytes = 2, None = 3 };

constexpr std::string_view kInt = "q";
constexpr std::string_view kFloat = "d";
constexpr std::string_view kBool = "xxxxxxx?";
constexpr std::string_view kNone = "xxxxxx?x";

// One item as it will lie there.
struct Item {
  std::string format;  // of a text empty: it depends on the slot
  Code code = Code::AsItIs;
  std::string data;
};

template <class T>
std::string bytes_of(T value) {
  return std::string(reinterpret_cast<const char*>(&value), sizeof value);
}

Item encode(const Object& value) {
  switch (value.kind()) {
    case Kind::None:
      return {std::string(kNone), Code::None, std::string(kWord, '\0')};
    case Kind::Bool:
      return {std::string(kBool), Code::AsItIs,
              std::string(kWord - 1, '\0') + (value.as<bool>() ? '\1' : '\0')};
    case Kind::Int:
      return {std::string(kInt), Code::AsItIs, bytes_of(value.as<std::int64_t>())};
    case Kind::Float:
      return {std::string(kFloat), Code::AsItIs, bytes_of(value.as<double>())};
    case Kind::Str:
      return {"", Code::Str, std::string(value.text())};
    case Kind::Bytes: {
      const std::span<const std::byte> raw = value.raw_bytes();
      return {"", Code::Bytes, std::string(reinterpret_cast<const char*>(raw.data()), raw.size())};
    }
    default:
      throw TypeError("a ShareableList holds None, bool, int, float, str and bytes, not " +
                      std::string(value.type_name()));
  }
}

std::string text_format(std::size_t slot) { return std::to_string(slot) + "s"; }

void put(std::span<std::byte> block, std::size_t at, const void* data, std::size_t size) {
  std::memcpy(block.data() + at, data, size);
}

template <class T>
T read(std::span<const std::byte> block, std::size_t at) {
  T value;
  std::memcpy(&value, block.data() + at, sizeof value);
  return value;
}

[[noreturn]] void throw_no_list(const std::string& what) {
  throw ValueError("the block holds no ShareableList: " + what);
}

std::size_t count_in(std::span<const std::byte> block) {
  if (block.size() < 2 * kWord) throw_no_list("it is too short");
  const auto count = read<std::int64_t>(block, 0);
  // Each item takes an offset, a format and a code at least.
  constexpr std::size_t kLeast = 2 * kWord + 1;
  if (count < 0 || static_cast<std::uint64_t>(count) > (block.size() - 2 * kWord) / kLeast)
    throw_no_list("it cannot have " + std::to_string(count) + " items");
  return static_cast<std::size_t>(count);
}

// The number in "16s"; 0 if it is no such format.
std::size_t text_length(std::string_view format) {
  std::size_t length = 0;
  const char* const end = format.data() + format.size();
  const auto [rest, error] = std::from_chars(format.data(), end, length);
  return error == std::errc{} && end - rest == 1 && *rest == 's' ? length : 0;
}

std::string_view without_padding(std::string_view text) {
  const std::size_t last = text.find_last_not_of('\0');
  return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

}  // namespace

std::vector<std::byte> lay_out(std::span<const Object> items) {
  std::vector<Item> encoded;
  std::vector<std::int64_t> head = {static_cast<std::int64_t>(items.size()), 0};
  for (const Object& value : items) {
    Item item = encode(value);
    if (item.format.empty()) {
      const std::size_t slot = kWord * (item.data.size() / kWord + 1);
      if (slot > kLongestSlot)
        throw ValueError("an item of " + std::to_string(item.data.size()) +
                         " bytes is too long for a ShareableList");
      item.format = text_format(slot);
      item.data.resize(slot);
    }
    head.push_back(head.back() + static_cast<std::int64_t>(item.data.size()));
    encoded.push_back(std::move(item));
  }
  const std::size_t data_bytes = static_cast<std::size_t>(head.back());
  std::vector<std::byte> block(head.size() * kWord + data_bytes + items.size() * (kWord + 1));
  put(block, 0, head.data(), head.size() * kWord);
  std::size_t at = head.size() * kWord;
  for (const Item& item : encoded) {
    put(block, at, item.data.data(), item.data.size());
    at += item.data.size();
  }
  for (const Item& item : encoded) {
    put(block, at, item.format.data(), item.format.size());
    at += kWord;
  }
  for (const Item& item : encoded) block[at++] = std::byte{static_cast<std::uint8_t>(item.code)};
  return block;
}

ListTable::ListTable(std::span<const std::byte> block) {
  const std::size_t count = count_in(block);
  const std::size_t room = block.size() - (count + 2) * kWord - count * (kWord + 1);
  offsets_.reserve(count + 1);
  for (std::size_t i = 0; i <= count; ++i) {
    const auto offset = read<std::int64_t>(block, (i + 1) * kWord);
    const std::size_t least = i == 0 ? 0 : offsets_.back() + kWord;
    const bool is_right = offset >= 0 && static_cast<std::uint64_t>(offset) <= room &&
                          static_cast<std::uint64_t>(offset) >= least && (i != 0 || offset == 0) &&
                          offset % static_cast<int>(kWord) == 0;
    if (!is_right)
      throw_no_list("item " + std::to_string(i) + " cannot be at " + std::to_string(offset));
    offsets_.push_back(static_cast<std::size_t>(offset));
  }
}

std::string ListTable::format(std::span<const std::byte> block, std::size_t position) const {
  const auto raw = read<std::array<char, kWord>>(block, formats_start() + position * kWord);
  return std::string(without_padding({raw.data(), raw.size()}));
}

Object ListTable::get(std::span<const std::byte> block, std::size_t position) const {
  const std::size_t at = data_start() + offsets_[position];
  const std::string format = this->format(block, position);
  const auto code = read<Code>(block, codes_start() + position);
  if (code == Code::None) return nullptr;
  if (code == Code::AsItIs) {
    if (format == kInt) return read<std::int64_t>(block, at);
    if (format == kFloat) return read<double>(block, at);
    if (format == kBool) return block[at + kWord - 1] != std::byte{0};
  }
  const std::size_t length = text_length(format);
  if ((code == Code::Str || code == Code::Bytes) && length != 0 && length <= slot_bytes(position)) {
    const std::string copy(reinterpret_cast<const char*>(block.data()) + at, length);
    const std::string_view text = without_padding(copy);
    return code == Code::Str ? Object(text) : Object(bytes(text));
  }
  throw ValueError("item " + std::to_string(position) + " of a ShareableList has the format " +
                   repr(Object(bytes(format))) + " and the code " +
                   std::to_string(static_cast<int>(code)) + ", which do not fit together");
}

void ListTable::set(std::span<std::byte> block, std::size_t position, const Object& value) const {
  Item item = encode(value);
  const std::size_t slot = slot_bytes(position);
  if (item.data.size() > slot) throw ValueError("bytes/str item exceeds available storage");
  if (item.format.empty()) {
    if (slot > kLongestSlot) throw ValueError("the slot of the item is too long for a text");
    item.format = text_format(slot);
    item.data.resize(slot);
  }
  item.format.resize(kWord);
  put(block, formats_start() + position * kWord, item.format.data(), kWord);
  block[codes_start() + position] = std::byte{static_cast<std::uint8_t>(item.code)};
  put(block, data_start() + offsets_[position], item.data.data(), item.data.size());
}

}  // namespace mp::shm
