#include "store/catalog.hpp"

#include <algorithm>

#include <SQLiteCpp/Exception.h>

namespace inspector::store {
namespace {

namespace fs = std::filesystem;

CatalogEntry entry_of(const fs::path& path) {
  std::error_code error;
  CatalogEntry entry{.path = path, .bytes = fs::file_size(path, error), .info = {}, .problem = {}};
  const auto db = open_database(path);
  if (!db.ok()) {
    entry.problem = db.failure().text;
    return entry;
  }
  try {
    entry.info = read_info(*db.value());
  } catch (const SQLite::Exception& e) {
    entry.problem = std::string("the recording is damaged: ") + e.what();
  }
  return entry;
}

}  // namespace

std::vector<CatalogEntry> list_recordings(const fs::path& folder) {
  std::vector<std::pair<fs::file_time_type, fs::path>> found;
  std::error_code error;
  for (const auto& item : fs::directory_iterator(folder, error)) {
    std::error_code ignored;
    if (item.path().extension() != ".mpr" || !item.is_regular_file(ignored)) continue;
    found.emplace_back(item.last_write_time(ignored), item.path());
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a > b; });
  std::vector<CatalogEntry> out;
  for (const auto& [time, path] : found) out.push_back(entry_of(path));
  return out;
}

}  // namespace inspector::store
