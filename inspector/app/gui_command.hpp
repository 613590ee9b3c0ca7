// mp-inspector without a subcommand, replay, attach, run and demo: the window.
#pragma once

#include "app/options.hpp"

namespace inspector::app {

int run_gui(const GuiOptions& options);

}  // namespace inspector::app
