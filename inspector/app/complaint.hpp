// Complaint: how a command says what went wrong: one line on stderr, and the exit code that goes
// with it.
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>

namespace inspector::app {

inline constexpr int kBadInput = 2;

// For people: the place and the sentence, without the failure's code.
std::string words(const mp::Failure& failure);

// Returns `code`, to be returned on.
int complain(std::string_view text, int code = kBadInput);
int complain(const mp::Failure& failure);

}  // namespace inspector::app
