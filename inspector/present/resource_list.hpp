// Resources: the blocks of shared memory; who made each, who has it mapped, and what is left over.
#pragma once

#include "analysis/blocks.hpp"
#include "present/facts.hpp"
#include "present/parts.hpp"
#include "present/view_state.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace inspector::present {

enum class ResourceColumn : std::uint8_t { Name, Kind, Size, Creator, Site, Age, Mappers, State };

struct ResourceRow {
  Chip block;
  std::string kind;  // "SharedMemory", "Array"
  std::string size;  // "4.1 kB"
  Chip creator{};    // empty: not of this program
  std::string site;  // "main.cpp:12"
  std::string age;   // of one that is gone: how long it was there
  std::vector<Chip> mappers{};
  Badge state{};  // "in use", "unlinked, still mapped", "leaked"
  bool gone = false;
};

struct ResourceListVm {
  std::string summary;
  std::string filter;
  Sort sort{};
  std::vector<ResourceRow> rows;
  EmptyState empty{};
};

// How the state of a block reads.
Badge block_badge(analysis::BlockState);

ResourceListVm build_resource_list(const model::Model&, const SessionFacts&, const ViewState&);

}  // namespace inspector::present
