// ModuleFile: the file of a program or shared library, with its debugging information. The only
// place that knows elfutils.
#pragma once

#include "wire/event.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace inspector {
namespace wire = mp::wire;
}

namespace inspector::symbols {

// Where a function stands in a source file.
struct CodeLine {
  std::uint32_t line = 0;  // 0: no debugging information
  std::string file;
  std::string function;      // for people
  std::string linkage_name;  // in the object file; may be empty
};

class ModuleFile {
 public:
  // Null when there is no regular file at that path, or it is of another build. Debugging
  // information of its own is also found in /usr/lib/debug, by the build-id.
  static std::unique_ptr<ModuleFile> open(const wire::CodeModule& module);
  ~ModuleFile();
  ModuleFile(const ModuleFile&) = delete;
  ModuleFile& operator=(const ModuleFile&) = delete;

  // The code at that offset: where it was written, then, if that was inlined, where to, and so on.
  // Empty when nothing is known of it.
  const std::vector<CodeLine>& lines_at(std::uint64_t offset);

 private:
  struct Impl;
  explicit ModuleFile(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
  std::map<std::uint64_t, std::vector<CodeLine>> known_;
};

}  // namespace inspector::symbols
