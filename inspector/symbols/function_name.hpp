// What can be told of a function by its name in the object file.
#pragma once

#include <string>
#include <string_view>

namespace inspector::symbols {

// Whether a function is in namespace std or mp (or a compiler's own), and so not the user's: by its
// mangled name. Names that are not mangled are the user's.
bool is_of_a_library(std::string_view linkage_name) noexcept;

// The same by the source file, for what has no name in the object file (inlined, by clang -g1).
bool is_header_of_a_library(std::string_view file) noexcept;

// "bank::transfer(mp::Lock&)"; as it is when it is not mangled.
std::string readable(const std::string& linkage_name);

}  // namespace inspector::symbols
