// Resources: the table of shared memory.
#pragma once

#include "present/resource_list.hpp"
#include "ui/context.hpp"

namespace inspector::ui {

void draw_resources(Context&, const present::ResourceListVm&);

}  // namespace inspector::ui
