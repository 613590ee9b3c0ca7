// Functions in the flat archive: a pointer to one travels as its place in the program (build-id of
// the module, offset), which is the same in every process of that program and in no other. Included
// by <libmp/serialize.hpp>.
#pragma once

#include <libmp/detail/archive.hpp>

namespace mp::detail {

// PicklingError when the address lies in no loaded module. Null travels too.
void write_code(OutArchive& archive, const void* function);
// RuntimeError when this process has no such code: it is not of the same program, or lacks a
// library.
const void* read_code(InArchive& archive);

template <class Function>
struct CodeArchiver {
  static void write(OutArchive& archive, const Function& function) {
    write_code(archive, reinterpret_cast<const void*>(function));
  }
  static void read(InArchive& archive, Function& function) {
    function = reinterpret_cast<Function>(const_cast<void*>(read_code(archive)));
  }
};

template <class Result, class... Args>
struct Archiver<Result (*)(Args...)> : CodeArchiver<Result (*)(Args...)> {};
template <class Result, class... Args>
struct Archiver<Result (*)(Args...) noexcept> : CodeArchiver<Result (*)(Args...) noexcept> {};

}  // namespace mp::detail
