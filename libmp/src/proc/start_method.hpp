// Which start methods there are, and which one this program uses: decided once.
#pragma once

#include "wire/kinds.hpp"

#include <string>
#include <string_view>

namespace mp::proc {

using wire::StartMethod;

// The method in use; by asking, somebody relies on it, and from now on it stays.
StartMethod decide_start_method() noexcept;

// In a child of spawn or forkserver: its parent's choice is its own.
void inherit_start_method(StartMethod method) noexcept;

// ValueError for a name that is none.
StartMethod method_named(std::string_view name);
std::string_view name_of(StartMethod method) noexcept;

}  // namespace mp::proc
