// Scene: a small story folded into a model, with the facts and the view that the builders want.
#pragma once

#include "analysis/finding_log.hpp"
#include "present/vms.hpp"
#include "support/event_scenarios.hpp"

namespace inspector::present {

struct Scene {
  support::EventBuilder builder;
  model::Model model;
  analysis::FindingLog log;
  SessionFacts facts;
  ViewState view;

  // Folds what the builder has told so far.
  void fold() {
    log.apply(model, builder.take());
    log.observe(model);
    facts.open = true;
    facts.name = "pipeline";
    facts.origin = "this machine";
    facts.can_pause = facts.can_seek = facts.can_follow = facts.can_command = facts.can_record =
        true;
    facts.begin = static_cast<Moment>(model.start_ns());
    facts.now = static_cast<Moment>(model.now_ns());
    facts.findings = &log;
    facts.newest = &model;
  }

  // The first object of that name.
  [[nodiscard]] EntityRef object(std::string_view name) const {
    for (const model::Object& row : model.objects().rows()) {
      if (row.name != name) continue;
      const bool is_queue = row.kind == mp::wire::ObjectKind::Queue;
      if (analysis::is_block(row.kind)) return {EntityKind::Block, row.id};
      return {is_queue ? EntityKind::Queue : EntityKind::Lock, row.id};
    }
    return {};
  }
};

inline std::string text_of(const Sentence& sentence) {
  std::string all;
  for (const TextRun& run : sentence) all += run.text;
  return all;
}

inline std::vector<std::string> labels(const std::vector<Chip>& chips) {
  std::vector<std::string> all;
  for (const Chip& chip : chips) all.push_back(chip.label);
  return all;
}

using Strings = std::vector<std::string>;

}  // namespace inspector::present
