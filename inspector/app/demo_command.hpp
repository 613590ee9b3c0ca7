// mp-inspector demo --headless: the demo recorded, pictured and reported into a folder.
#pragma once

#include "app/options.hpp"

namespace inspector::app {

int run_demo(const DemoOptions& options);

}  // namespace inspector::app
