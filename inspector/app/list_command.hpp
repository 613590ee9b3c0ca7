// mp-inspector ls: the programs on this machine that use libmp.
#pragma once

#include "app/options.hpp"

namespace inspector::app {

int run_ls(const LsOptions& options);

}  // namespace inspector::app
