#include "present/resource_list.hpp"

#include "present/builders.hpp"
#include "present/format.hpp"

#include <algorithm>

namespace inspector::present {
namespace {

using analysis::Block;
using analysis::BlockState;

struct Item {
  ResourceRow row;
  Block block;
  std::uint64_t age_ns = 0;
};

Item make_item(const Look& look, Block block) {
  const model::Object& object = *block.object;
  Item item;
  ResourceRow& row = item.row;
  row.block = look.chip_object(object.id);
  row.kind = wire::object_kind_name(object.kind);
  row.size = bytes_text(object.capacity);
  row.creator = look.chip(object.creator);
  row.site = object.site;
  row.gone = block.state == BlockState::Gone;
  item.age_ns = row.gone && block.free_since_ns > object.first_seen_ns
                    ? block.free_since_ns - object.first_seen_ns
                    : look.age(object.first_seen_ns);
  row.age = duration_text(item.age_ns);
  for (const model::Puid puid : block.mappers) row.mappers.push_back(look.chip(puid));
  row.state = block_badge(block.state);
  item.block = std::move(block);
  return item;
}

// What somebody should look at first; what is gone comes last.
int badness(const Item& item) {
  switch (item.block.state) {
    case BlockState::Leaked:
      return 3;
    case BlockState::Closed:
    case BlockState::Unlinked:
      return 2;
    case BlockState::InUse:
      return 1;
    case BlockState::Gone:
      break;
  }
  return 0;
}

int compare(const Item& a, const Item& b, ResourceColumn column) {
  const auto three_way = [](auto x, auto y) { return x < y ? -1 : y < x ? 1 : 0; };
  const auto natural = [](const std::string& x, const std::string& y) {
    return natural_less(x, y) ? -1 : natural_less(y, x) ? 1 : 0;
  };
  switch (column) {
    case ResourceColumn::Name:
      return natural(a.row.block.label, b.row.block.label);
    case ResourceColumn::Kind:
      return natural(a.row.kind, b.row.kind);
    case ResourceColumn::Size:
      return three_way(a.block.object->capacity, b.block.object->capacity);
    case ResourceColumn::Creator:
      return natural(a.row.creator.label, b.row.creator.label);
    case ResourceColumn::Site:
      return natural(a.row.site, b.row.site);
    case ResourceColumn::Age:
      return three_way(a.age_ns, b.age_ns);
    case ResourceColumn::Mappers:
      return three_way(a.row.mappers.size(), b.row.mappers.size());
    case ResourceColumn::State:
      return three_way(badness(a), badness(b));
  }
  return 0;
}

void sort_items(std::vector<Item>& items, Sort sort) {
  std::stable_sort(items.begin(), items.end(), [sort](const Item& a, const Item& b) {
    // Their own order: worst first, then the largest.
    if (sort.column < 0)
      return std::pair(badness(a), a.block.object->capacity) >
             std::pair(badness(b), b.block.object->capacity);
    const int order = compare(a, b, static_cast<ResourceColumn>(sort.column));
    return sort.descending ? order > 0 : order < 0;
  });
}

std::string summary_of(const std::vector<Block>& blocks) {
  std::uint64_t bytes = 0;
  std::size_t there = 0;
  std::size_t leaked = 0;
  for (const Block& block : blocks) {
    if (!block.has_memory()) continue;
    ++there;
    bytes += block.object->capacity;
    if (block.state == BlockState::Leaked) ++leaked;
  }
  std::string summary = plural(there, "block", "blocks") + " · " + bytes_text(bytes);
  if (leaked > 0) summary += " · " + count_text(leaked) + " leaked";
  if (there < blocks.size()) summary += " · " + count_text(blocks.size() - there) + " gone";
  return summary;
}

}  // namespace

Badge block_badge(analysis::BlockState state) {
  switch (state) {
    case BlockState::InUse:
      return {"in use", Tone::Ok};
    case BlockState::Unlinked:
      return {"unlinked, still mapped", Tone::Info};
    case BlockState::Closed:
      return {"closed, not unlinked", Tone::Info};
    case BlockState::Leaked:
      return {"leaked", Tone::Warning};
    case BlockState::Gone:
      break;
  }
  return {"gone", Tone::Idle};
}

ResourceListVm build_resource_list(const Look& look) {
  const ViewState& view = look.view;
  ResourceListVm vm;
  vm.filter = view.filter(Screen::Resources);
  vm.sort = view.sort(Screen::Resources);
  std::vector<Block> blocks = analysis::blocks(look.model);
  if (blocks.empty()) {
    vm.empty = {"No shared memory",
                "The program has made no SharedMemory, ShareableList, Value or Array yet.", ""};
    return vm;
  }
  vm.summary = summary_of(blocks);
  std::vector<Item> items;
  for (Block& block : blocks) {
    Item item = make_item(look, std::move(block));
    const ResourceRow& row = item.row;
    if (matches(row.block.label + " " + row.kind + " " + row.creator.label + " " + row.site + " " +
                    row.state.text,
                vm.filter))
      items.push_back(std::move(item));
  }
  sort_items(items, vm.sort);
  for (Item& item : items) vm.rows.push_back(std::move(item.row));
  if (vm.rows.empty())
    vm.empty = {"Nothing matches",
                "No block has “" + vm.filter + "” in its name, kind, creator, site or state.", ""};
  return vm;
}

}  // namespace inspector::present
