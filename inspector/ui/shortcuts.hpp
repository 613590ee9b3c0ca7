// Shortcuts: what the keyboard means when no text field has it.
#pragma once

#include "present/vms.hpp"
#include "ui/context.hpp"

namespace inspector::ui {

struct Memory;

void handle_keys(Context&, Memory&, const present::Vms&);

}  // namespace inspector::ui
