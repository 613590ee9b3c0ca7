// mp-inspector record: a program, or one that runs already, into a file.
#pragma once

#include "app/options.hpp"

namespace inspector::app {

int run_record(const RecordOptions& options);

}  // namespace inspector::app
