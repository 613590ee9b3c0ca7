#include "app/complaint.hpp"

#include <cstdio>

#include <fmt/format.h>

namespace inspector::app {

std::string words(const mp::Failure& failure) {
  return failure.where.empty() ? failure.text : failure.where + ": " + failure.text;
}

int complain(std::string_view text, int code) {
  fmt::print(stderr, "mp-inspector: {}\n", text);
  return code;
}

int complain(const mp::Failure& failure) { return complain(words(failure)); }

}  // namespace inspector::app
