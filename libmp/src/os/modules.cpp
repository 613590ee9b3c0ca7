#include "os/modules.hpp"

#include "os/fork_hooks.hpp"

#include <algorithm>
#include <cstring>
#include <span>
#include <vector>

#include <dlfcn.h>
#include <link.h>
#include <sys/stat.h>
#include <unistd.h>

namespace mp::os {
namespace {

constexpr char kSelf[] = "/proc/self/exe";

struct Range {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
  [[nodiscard]] bool holds(std::uintptr_t at) const noexcept { return begin <= at && at < end; }
};

struct Module {
  std::uintptr_t base = 0;
  std::string path;  // empty: the program itself
  std::vector<Range> code;
  std::vector<Range> notes;
};

std::span<const std::byte> bytes_of(const Range& range) {
  return {reinterpret_cast<const std::byte*>(range.begin), range.end - range.begin};
}

constexpr std::size_t padded(std::size_t size) noexcept { return (size + 3) & ~std::size_t{3}; }

std::optional<BuildId> noted_id(std::span<const std::byte> notes) {
  ElfW(Nhdr) note;
  while (notes.size() >= sizeof note) {
    std::memcpy(&note, notes.data(), sizeof note);
    const std::size_t name_at = sizeof note;
    const std::size_t text_at = name_at + padded(note.n_namesz);
    const std::size_t end = text_at + padded(note.n_descsz);
    if (end > notes.size()) return std::nullopt;
    const bool is_gnu = note.n_namesz == 4 && std::memcmp(notes.data() + name_at, "GNU", 4) == 0;
    if (is_gnu && note.n_type == NT_GNU_BUILD_ID && note.n_descsz > 0) {
      BuildId id;
      id.size = static_cast<std::uint8_t>(std::min<std::size_t>(note.n_descsz, id.bytes.size()));
      std::memcpy(id.bytes.data(), notes.data() + text_at, id.size);
      return id;
    }
    notes = notes.subspan(end);
  }
  return std::nullopt;
}

// FNV-1a over words: linked without --build-id, the code itself has to tell.
BuildId digest(const Module& module) {
  std::uint64_t hash = 0xcbf2'9ce4'8422'2325;
  for (const Range& range : module.code) {
    std::span<const std::byte> bytes = bytes_of(range);
    for (; bytes.size() >= sizeof hash; bytes = bytes.subspan(sizeof hash)) {
      std::uint64_t word = 0;
      std::memcpy(&word, bytes.data(), sizeof word);
      hash = (hash ^ word) * 0x0000'0100'0000'01b3;
    }
  }
  BuildId id;
  id.size = sizeof hash;
  std::memcpy(id.bytes.data(), &hash, sizeof hash);
  return id;
}

BuildId id_of(const Module& module) {
  for (const Range& range : module.notes) {
    if (const auto id = noted_id(bytes_of(range))) return *id;
  }
  return digest(module);
}

bool is_code_at(const Module& module, std::uintptr_t address) noexcept {
  return std::any_of(module.code.begin(), module.code.end(),
                     [address](const Range& range) { return range.holds(address); });
}

// Runs under the loader's lock: collects, and does nothing else.
int collect(dl_phdr_info* info, std::size_t /*size*/, void* into) {
  auto& modules = *static_cast<std::vector<Module>*>(into);
  Module module;
  module.base = info->dlpi_addr;
  if (!modules.empty() && info->dlpi_name != nullptr) module.path = info->dlpi_name;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = info->dlpi_phdr[i];
    const Range range{module.base + segment.p_vaddr,
                      module.base + segment.p_vaddr + segment.p_memsz};
    if (segment.p_type == PT_NOTE) module.notes.push_back(range);
    const bool is_readable_code = (segment.p_flags & (PF_X | PF_R)) == (PF_X | PF_R);
    if (segment.p_type == PT_LOAD && is_readable_code) module.code.push_back(range);
  }
  modules.push_back(std::move(module));
  return 0;
}

std::vector<Module> loaded_modules() {
  std::vector<Module> modules;  // the program itself comes first
  ::dl_iterate_phdr(collect, &modules);
  return modules;
}

// Where most functions are; it never changes.
struct Program {
  Module module = loaded_modules().at(0);
  BuildId id = id_of(module);
};

const Program& program() {
  static constinit Lasting<Program> program;
  return program.get();
}

const void* code_in(const Module& module, std::uint64_t offset) noexcept {
  const std::uintptr_t address = module.base + offset;
  return is_code_at(module, address) ? reinterpret_cast<const void*>(address) : nullptr;
}

const void* find_in_libraries(const CodePlace& place) {
  for (const Module& module : loaded_modules()) {
    const void* const code = code_in(module, place.offset);
    if (code != nullptr && id_of(module) == place.module) return code;
  }
  return nullptr;
}

}  // namespace

std::string to_string(const BuildId& id) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const std::byte byte : std::span(id.bytes).first(id.size)) {
    text += kDigits[std::to_integer<unsigned>(byte) >> 4];
    text += kDigits[std::to_integer<unsigned>(byte) & 15];
  }
  return text;
}

std::optional<CodePlace> place_of(const void* code) {
  const auto address = reinterpret_cast<std::uintptr_t>(code);
  if (is_code_at(program().module, address))
    return CodePlace{program().id, address - program().module.base, {}};
  for (Module& module : loaded_modules()) {
    if (is_code_at(module, address))
      return CodePlace{id_of(module), address - module.base, std::move(module.path)};
  }
  return std::nullopt;
}

const void* find_code(const CodePlace& place) {
  if (place.module == program().id) return code_in(program().module, place.offset);
  if (const void* code = find_in_libraries(place)) return code;
  // A library that the other process has loaded while it ran. It stays loaded: its code is about to
  // be called.
  if (place.path.empty() || ::dlopen(place.path.c_str(), RTLD_NOW) == nullptr) return nullptr;
  return find_in_libraries(place);
}

BuildId program_build_id() { return program().id; }

std::string program_file() {
  std::array<char, 4096> path{};
  const ssize_t size = ::readlink(kSelf, path.data(), path.size() - 1);
  if (size <= 0) return kSelf;
  struct stat named{};
  struct stat running{};
  if (::stat(path.data(), &named) != 0 || ::stat(kSelf, &running) != 0) return kSelf;
  const bool is_same = named.st_dev == running.st_dev && named.st_ino == running.st_ino;
  return is_same ? path.data() : kSelf;
}

}  // namespace mp::os
