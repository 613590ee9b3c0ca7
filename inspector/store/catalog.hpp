// Catalog: the recordings in a folder, for the list that is shown before anything is connected.
#pragma once

#include "store/file_chunks.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace inspector::store {

struct CatalogEntry {
  std::filesystem::path path;
  std::uint64_t bytes = 0;
  RecordingInfo info;
  std::string problem;  // why it cannot be opened; then `info` is empty
};

// Newest first, by the file's time. Reads some hundred bytes of each. A folder that is not there
// has none.
std::vector<CatalogEntry> list_recordings(const std::filesystem::path& folder);

}  // namespace inspector::store
