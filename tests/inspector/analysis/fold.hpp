// The model that the events of a builder lead to.
#pragma once

#include "model/model.hpp"
#include "support/event_builder.hpp"

namespace inspector::analysis {

inline model::Model fold(const support::EventBuilder& builder) {
  model::Model model;
  model.apply(builder.batch());
  return model;
}

}  // namespace inspector::analysis
