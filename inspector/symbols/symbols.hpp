// Symbols: file, line and function of places in code, from the files of the modules.
#pragma once

#include "symbols/module_file.hpp"

#include <map>
#include <memory>
#include <string>
#include <utility>

namespace inspector::symbols {

// Threads: one. It keeps what it has opened.
class Symbols {
 public:
  // Drops the calls in front that are the library's or the standard library's own, and names the
  // one that is then the first. Changes nothing when that cannot be told: a file that is gone, of
  // another build, or without symbols. Reads files: tenths of a second for the first place in a
  // large program, microseconds later.
  void resolve(wire::CallSite& site);

 private:
  ModuleFile* file_of(const wire::CodeModule& module);

  // Null: nothing to be had from it.
  std::map<std::pair<std::string, std::string>, std::unique_ptr<ModuleFile>> files_;
};

}  // namespace inspector::symbols
