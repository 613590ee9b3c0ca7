#include "symbols/symbols.hpp"

#include "symbols/function_name.hpp"

namespace inspector::symbols {
namespace {

constexpr std::size_t kMostFiles = 256;

bool is_not_the_users(const CodeLine& line) noexcept {
  return line.linkage_name.empty() ? is_header_of_a_library(line.file)
                                   : is_of_a_library(line.linkage_name);
}

}  // namespace

void Symbols::resolve(wire::CallSite& site) {
  for (auto call = site.calls.begin(); call != site.calls.end(); ++call) {
    if (call->module >= site.modules.size()) return;
    ModuleFile* const file = file_of(site.modules[call->module]);
    if (file == nullptr) return;
    const std::vector<CodeLine>& lines = file->lines_at(call->offset);
    if (lines.empty()) return;
    for (const CodeLine& line : lines) {
      if (is_not_the_users(line)) continue;
      site.line = line.line;
      site.file = line.file;
      site.function = line.function;
      site.calls.erase(site.calls.begin(), call);
      return;
    }
  }
}

ModuleFile* Symbols::file_of(const wire::CodeModule& module) {
  const std::pair key{module.path, module.build_id};
  if (const auto known = files_.find(key); known != files_.end()) return known->second.get();
  if (files_.size() >= kMostFiles) return nullptr;
  return files_.emplace(key, ModuleFile::open(module)).first->second.get();
}

}  // namespace inspector::symbols
