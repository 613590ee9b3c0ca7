// Origin: how this process came by an object: made here, or received from a relative.
#pragma once

#include "base/site.hpp"
#include "probe/probe.hpp"

#include <source_location>
#include <string>
#include <utility>

namespace mp::sync {

struct Origin {
  // NOLINTNEXTLINE(google-explicit-constructor): a place in the program is the usual origin
  Origin(const std::source_location& here) : site(site_text(here)), where(here) {}
  // What the maker's `site` was.
  explicit Origin(std::string elsewhere)
      : site(std::move(elsewhere)), how(wire::Acquired::Received) {}

  std::string site;            // "main.cpp:12"
  std::source_location where;  // empty for what was received
  wire::Acquired how = wire::Acquired::Created;
};

}  // namespace mp::sync
