#include "symbols/module_file.hpp"

#include "symbols/function_name.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <utility>

#include <dwarf.h>

#include <elfutils/libdwfl.h>

namespace inspector::symbols {
namespace {

struct EndDwfl {
  void operator()(Dwfl* dwfl) const noexcept { dwfl_end(dwfl); }
};

// No search beyond this machine: that of libdwfl's standard callbacks may ask servers.
constexpr Dwfl_Callbacks kCallbacks = {.find_elf = dwfl_build_id_find_elf,
                                       .find_debuginfo = dwfl_build_id_find_debuginfo,
                                       .section_address = dwfl_offline_section_address,
                                       .debuginfo_path = nullptr};

std::string build_id_of(Dwfl_Module* module) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const unsigned char* bits = nullptr;
  GElf_Addr at = 0;
  const int size = dwfl_module_build_id(module, &bits, &at);
  std::string text;
  for (int i = 0; i < size; ++i) {
    text += kDigits[bits[i] >> 4];
    text += kDigits[bits[i] & 15];
  }
  return text;
}

std::string text_or_empty(const char* text) { return text != nullptr ? text : ""; }

std::uint32_t number_in(Dwarf_Die& die, unsigned attribute) {
  Dwarf_Attribute found;
  Dwarf_Word value = 0;
  dwarf_formudata(dwarf_attr_integrate(&die, attribute, &found), &value);
  return static_cast<std::uint32_t>(value);
}

std::string text_in(Dwarf_Die& die, unsigned attribute) {
  Dwarf_Attribute found;
  return text_or_empty(dwarf_formstring(dwarf_attr_integrate(&die, attribute, &found)));
}

bool is_function(Dwarf_Die& die) {
  const int tag = dwarf_tag(&die);
  return tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine;
}

// Linkers leave functions that went nowhere at address 0: debug information alone proves no code.
bool is_code(Dwfl_Module* module, GElf_Addr address) {
  GElf_Addr in_section = address;
  GElf_Addr bias = 0;
  Elf_Scn* const section = dwfl_module_address_section(module, &in_section, &bias);
  GElf_Shdr header;
  return section != nullptr && gelf_getshdr(section, &header) != nullptr &&
         (header.sh_flags & SHF_EXECINSTR) != 0;
}

// The compilation unit of an address, and what is to be taken off the address there. Null: none.
Dwarf_Die* unit_at(Dwfl_Module* module, GElf_Addr address, Dwarf_Addr& bias) {
  Dwarf_Die* const listed = dwfl_module_addrdie(module, address, &bias);
  if (listed != nullptr && dwarf_haspc(listed, address - bias) > 0) return listed;
  // clang lists none, and then a neighbour of g++'s may have been found.
  Dwarf_Die* unit = nullptr;
  while ((unit = dwfl_module_nextcu(module, unit, &bias)) != nullptr) {
    if (dwarf_haspc(unit, address - bias) > 0) return unit;
  }
  return nullptr;
}

// The scopes around an address as they lie in the code, innermost first.
std::vector<Dwarf_Die> scopes_at(Dwarf_Die& unit, Dwarf_Addr address) {
  Dwarf_Die* found = nullptr;
  // Those behind the first are of where an inlined function was written, not of where it went.
  if (dwarf_getscopes(&unit, address, &found) <= 0) return {};
  Dwarf_Die innermost = found[0];
  std::free(found);
  found = nullptr;
  const int count = dwarf_getscopes_die(&innermost, &found);
  std::vector<Dwarf_Die> scopes(found, found + std::max(count, 0));
  std::free(found);
  return scopes;
}

}  // namespace

struct ModuleFile::Impl {
  std::unique_ptr<Dwfl, EndDwfl> dwfl;
  Dwfl_Module* module = nullptr;
  GElf_Addr bias = 0;  // what libdwfl adds to the file's own addresses

  [[nodiscard]] std::vector<CodeLine> debug_lines(GElf_Addr address) const;
  // Of the function at the address, as the linker knows it. Empty: none.
  [[nodiscard]] std::string symbol_name(GElf_Addr address) const;
  [[nodiscard]] std::vector<CodeLine> lines_at(GElf_Addr address) const;
};

std::vector<CodeLine> ModuleFile::Impl::debug_lines(GElf_Addr address) const {
  Dwarf_Addr debug_bias = 0;
  Dwarf_Die* const unit = unit_at(module, address, debug_bias);
  Dwarf_Line* const source =
      unit != nullptr ? dwarf_getsrc_die(unit, address - debug_bias) : nullptr;
  if (source == nullptr) return {};
  int number = 0;
  CodeLine line;
  dwarf_lineno(source, &number);
  line.file = text_or_empty(dwarf_linesrc(source, nullptr, nullptr));
  line.line = static_cast<std::uint32_t>(number);
  Dwarf_Files* files = nullptr;
  std::size_t file_count = 0;
  dwarf_getsrcfiles(unit, &files, &file_count);
  std::vector<CodeLine> lines;
  for (Dwarf_Die& scope : scopes_at(*unit, address - debug_bias)) {
    if (!is_function(scope)) continue;
    line.function = text_or_empty(dwarf_diename(&scope));
    line.linkage_name = text_in(scope, DW_AT_linkage_name);
    const bool is_inlined = dwarf_tag(&scope) == DW_TAG_inlined_subroutine;
    // clang -g1 tells plain names only; what is no copy within another has a symbol.
    if (!is_inlined && line.linkage_name.empty()) line.linkage_name = symbol_name(address);
    lines.push_back(line);
    if (!is_inlined) break;
    const std::uint32_t file = number_in(scope, DW_AT_call_file);
    line.file =
        file < file_count ? text_or_empty(dwarf_filesrc(files, file, nullptr, nullptr)) : "";
    line.line = number_in(scope, DW_AT_call_line);
  }
  return lines;
}

std::string ModuleFile::Impl::symbol_name(GElf_Addr address) const {
  GElf_Off offset = 0;
  GElf_Sym symbol;
  const char* const name =
      dwfl_module_addrinfo(module, address, &offset, &symbol, nullptr, nullptr, nullptr);
  if (name == nullptr || GELF_ST_TYPE(symbol.st_info) != STT_FUNC || offset >= symbol.st_size)
    return {};
  return name;
}

std::vector<CodeLine> ModuleFile::Impl::lines_at(GElf_Addr address) const {
  if (!is_code(module, address)) return {};
  std::vector<CodeLine> lines = debug_lines(address);
  if (!lines.empty()) return lines;
  const std::string name = symbol_name(address);
  if (name.empty()) return {};
  return {{.line = 0, .file = {}, .function = readable(name), .linkage_name = name}};
}

std::unique_ptr<ModuleFile> ModuleFile::open(const wire::CodeModule& module) {
  std::error_code error;
  // A pipe, say, would keep whoever opens it waiting.
  if (!std::filesystem::is_regular_file(module.path, error)) return nullptr;
  auto impl = std::make_unique<Impl>();
  impl->dwfl.reset(dwfl_begin(&kCallbacks));
  if (impl->dwfl == nullptr) return nullptr;
  const char* const path = module.path.c_str();
  impl->module = dwfl_report_offline(impl->dwfl.get(), path, path, -1);
  dwfl_report_end(impl->dwfl.get(), nullptr, nullptr);
  if (impl->module == nullptr || dwfl_module_getelf(impl->module, &impl->bias) == nullptr ||
      build_id_of(impl->module) != module.build_id)
    return nullptr;
  return std::unique_ptr<ModuleFile>(new ModuleFile(std::move(impl)));
}

ModuleFile::ModuleFile(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ModuleFile::~ModuleFile() = default;

const std::vector<CodeLine>& ModuleFile::lines_at(std::uint64_t offset) {
  const auto [place, is_new] = known_.try_emplace(offset);
  if (is_new) place->second = impl_->lines_at(offset + impl_->bias);
  return place->second;
}

}  // namespace inspector::symbols
