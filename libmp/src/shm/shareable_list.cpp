#include "shm/list_block.hpp"
#include "shm/list_layout.hpp"
#include <libmp/shareable_list.hpp>

#include <algorithm>
#include <cstring>
#include <optional>

namespace mp::detail {
namespace {

const Object& list_class() {
  static const Object& cls = *new Object(global("multiprocessing.shared_memory", "ShareableList"));
  return cls;
}

const Object& partial_class() {
  static const Object& cls = *new Object(global("functools", "partial"));
  return cls;
}

SharedMemory block_of(std::span<const Object> items, const ShareableListOptions& options,
                      const std::source_location& site) {
  const std::vector<std::byte> bytes = shm::lay_out(items);
  SharedMemory block = shm::ListBlock::create(bytes.size(), options.name, site);
  std::memcpy(block.buf().data(), bytes.data(), bytes.size());
  return block;
}

std::size_t position_in(const shm::ListTable& table, std::int64_t position, const char* complaint) {
  const auto size = static_cast<std::int64_t>(table.size());
  const std::int64_t from_start = position < 0 ? position + size : position;
  if (from_start < 0 || from_start >= size) throw IndexError(complaint);
  return static_cast<std::size_t>(from_start);
}

// functools.partial(ShareableList, name='psm_x'): its state is (function, args, keywords, dict).
std::optional<std::string> name_in(const Object& object) {
  if (object.kind() != Kind::Instance) return std::nullopt;
  const Object partial = object.function();
  if (partial.kind() != Kind::Instance || partial.function() != partial_class())
    return std::nullopt;
  const Object state = partial.state();
  if (state.kind() != Kind::Tuple || state.size() != 4 || state[0] != list_class() ||
      state[2].kind() != Kind::Dict)
    return std::nullopt;
  const Object name = state[2].get("name");
  if (name.kind() != Kind::Str) return std::nullopt;
  return name.as<std::string>();
}

}  // namespace

struct ShareableListCore::Body {
  explicit Body(SharedMemory own) : block(std::move(own)), table(block.buf()) {}

  SharedMemory block;
  shm::ListTable table;
};

ShareableListCore::ShareableListCore(std::span<const Object> items,
                                     const ShareableListOptions& options,
                                     const std::source_location& site)
    : ShareableListCore(block_of(items, options, site)) {}

ShareableListCore::ShareableListCore(SharedMemory block)
    : body_(std::make_shared<const Body>(std::move(block))) {}

const SharedMemory& ShareableListCore::shm() const noexcept { return body_->block; }
std::size_t ShareableListCore::size() const noexcept { return body_->table.size(); }

Object ShareableListCore::get(std::int64_t position) const {
  const std::size_t at = position_in(body_->table, position, "index out of range");
  return body_->table.get(body_->block.buf(), at);
}

void ShareableListCore::set(std::int64_t position, const Object& value) const {
  const std::size_t at = position_in(body_->table, position, "assignment index out of range");
  body_->table.set(body_->block.buf(), at, value);
}

std::string ShareableListCore::format() const {
  std::string text;
  for (std::size_t i = 0; i < size(); ++i) text += body_->table.format(body_->block.buf(), i);
  return text;
}

std::size_t ShareableListCore::count(const Object& value) const {
  std::size_t found = 0;
  for (std::size_t i = 0; i < size(); ++i)
    found += body_->table.get(body_->block.buf(), i) == value ? 1 : 0;
  return found;
}

std::size_t ShareableListCore::index(const Object& value) const {
  for (std::size_t i = 0; i < size(); ++i) {
    if (body_->table.get(body_->block.buf(), i) == value) return i;
  }
  throw ValueError(repr(value) + " not in this container");
}

std::vector<Object> items_of(const Object& sequence) {
  std::vector<Object> items;
  if (sequence.kind() == Kind::Range) {
    const std::span<const Object> bounds = sequence.elements();
    for (const std::int64_t number : range(bounds[0], bounds[1], bounds[2]))
      items.emplace_back(number);
    return items;
  }
  const std::span<const Object> elements = to_sequence(sequence, "list");
  return {elements.begin(), elements.end()};
}

std::string repr_of(const ShareableListCore& list) {
  std::vector<Object> items;
  for (std::size_t i = 0; i < list.size(); ++i)
    items.push_back(list.get(static_cast<std::int64_t>(i)));
  return "ShareableList(" + repr(mp::list(std::move(items))) +
         ", name=" + repr(Object(list.shm().name())) + ")";
}

Object to_object(const ShareableListCore& list) {
  const Object keywords = dict{{"name", list.shm().name()}};
  return reduction(reduction(partial_class(), tuple{list_class()},
                             tuple{list_class(), tuple{}, keywords, nullptr}),
                   tuple{});
}

ShareableListCore shareable_list_from(const Object& object) {
  const std::optional<std::string> name = name_in(object);
  if (!name) throw_wrong_kind("ShareableList", object);
  return ShareableListCore(SharedMemory(*name));
}

}  // namespace mp::detail
