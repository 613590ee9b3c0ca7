#include "folder.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <string>
#include <system_error>

namespace pipeline {
namespace {

namespace fs = std::filesystem;

// Noise with more or less repetition: about 1.2 times smaller when packed, or 5 times.
std::string made_up_content(std::mt19937& random, bool is_photo, std::size_t bytes) {
  std::string content;
  content.reserve(bytes + 80);
  while (content.size() < bytes) {
    if (is_photo) {
      const unsigned noise = static_cast<unsigned>(random());
      content.append(reinterpret_cast<const char*>(&noise), 3).push_back('\0');
    } else {
      char line[80];
      std::snprintf(line, sizeof line, "12:%02u:%02u worker %u took %u ms for request %u\n",
                    static_cast<unsigned>(random() % 60), static_cast<unsigned>(random() % 60),
                    static_cast<unsigned>(random() % 8), static_cast<unsigned>(random() % 900),
                    static_cast<unsigned>(random()));
      content.append(line);
    }
  }
  content.resize(bytes);
  return content;
}

}  // namespace

ScratchFolder::ScratchFolder() {
  std::string name = (fs::temp_directory_path() / "pipeline-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr)
    throw std::system_error(errno, std::generic_category(), "mkdtemp");
  path_ = name;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

void make_up_files(const fs::path& folder, int count, std::size_t bytes_each) {
  std::mt19937 random(2008);
  std::string last;
  for (int i = 1; i <= count; ++i) {
    const bool is_photo = i % 3 != 0;
    const bool is_duplicate = i % 13 == 0;
    char name[32];
    std::snprintf(name, sizeof name, "%s-%03d.%s", is_photo ? "photo" : "server", i,
                  is_photo ? "raw" : "log");
    if (!is_duplicate || last.empty()) last = made_up_content(random, is_photo, bytes_each);
    std::ofstream(folder / name, std::ios::binary) << last;
  }
}

std::vector<fs::path> list_files(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry :
       fs::recursive_directory_iterator(folder, fs::directory_options::skip_permission_denied)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace pipeline
