// Attaching to a program that was not started for inspection: the reporter runs here instead of in its helper, over a
// connection within this process, so that everything behind it is the same.
#pragma once

#include <memory>
#include <string>

#include "link/live_source.hpp"

namespace inspector::link {

// `tree_dir` as report::find_trees gives it. `level` is set in every process of the tree while attached.
std::unique_ptr<session::EventSource> attach(const std::string& tree_dir, std::uint32_t level);

}  // namespace inspector::link
