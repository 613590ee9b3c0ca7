// mp-inspector shot: one screen as a picture.
#pragma once

#include "app/options.hpp"

namespace inspector::app {

int run_shot(const ShotOptions& options);

}  // namespace inspector::app
