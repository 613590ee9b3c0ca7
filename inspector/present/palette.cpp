#include "present/palette.hpp"

#include "present/builders.hpp"
#include "present/format.hpp"
#include "present/look.hpp"

#include <algorithm>

namespace inspector::present {
namespace {

constexpr std::size_t kItems = 12;

using Item = PaletteVm::Item;

void add_actions(const SessionFacts& facts, const ViewState& view, std::vector<Item>& items) {
  const auto add = [&items](const char* label, const char* note, const char* shortcut,
                            Command command) {
    items.push_back({label, note, shortcut, {}, Tone::Neutral, std::move(command)});
  };
  add("Go to Overview", "screen", "1", GoTo{Screen::Overview});
  add("Go to Processes", "screen", "2", GoTo{Screen::Processes});
  add("Go to Queues", "screen", "3", GoTo{Screen::Queues});
  add("Go to Locks", "screen", "4", GoTo{Screen::Locks});
  add("Go to Resources", "screen", "6", GoTo{Screen::Resources});
  add("Go to Connections", "screen", "7", GoTo{Screen::Connections});
  add("Go to Sessions", "screen", "Ctrl+O", GoTo{Screen::Sessions});
  if (facts.can_pause && view.mode != Mode::Paused) add("Pause", "time", "Space", Pause{});
  if (facts.can_seek && view.mode == Mode::Paused) add("Play", "time", "Space", Play{});
  if (view.mode != Mode::Live)
    add(facts.can_follow ? "Back to live" : "Go to the end", "time", "End", BackToLive{});
  add(view.theme == Theme::Dark ? "Light theme" : "Dark theme", "appearance", "",
      SetTheme{view.theme == Theme::Dark ? Theme::Light : Theme::Dark});
  const auto show_queues = [&](const char* text, QueuesView as) {
    if (view.queues_view != as) add(text, "queues", "", SetQueuesView{as});
  };
  show_queues("Show queues as a table", QueuesView::Table);
  show_queues("Show the flow graph", QueuesView::Flow);
  show_queues("Show the messages of a queue", QueuesView::Messages);
  add(view.connections_view == ConnectionsView::Table ? "Show the messages of a connection"
                                                      : "Show connections as a table",
      "connections", "",
      SetConnectionsView{view.connections_view == ConnectionsView::Table ? ConnectionsView::Messages
                                                                         : ConnectionsView::Table});
  add(view.locks_view == LocksView::Table ? "Show the wait graph" : "Show locks as a table",
      "locks", "",
      SetLocksView{view.locks_view == LocksView::Table ? LocksView::Graph : LocksView::Table});
  if (facts.can_record && !facts.recording)
    add("Start recording", "session", "Ctrl+R", StartRecording{});
  if (facts.recording) add("Stop recording", "session", "Ctrl+R", StopRecording{});
  if (facts.open) add("Close the session", "session", "", CloseSession{});
  add("Take a picture", "window", "F12", TakePicture{});
  add("Quit", "window", "Ctrl+Q", Quit{});
}

void add_entities(const Look& look, std::vector<Item>& items) {
  for (const auto& finding : look.findings()) {
    if (!finding.is_problem()) continue;
    items.push_back({finding.headline.plain(), "alarm", "", Look::alarm(finding),
                     Look::tone(finding), ShowEvidence{Look::alarm(finding)}});
  }
  const auto add = [&](const Chip& chip, const std::string& kind) {
    std::string note = kind;
    if (!chip.tip.state.empty()) note += " · " + chip.tip.state;
    items.push_back({chip.label, note, "", chip.ref, chip.tone, Open{chip.ref}});
  };
  for (const model::Process* process : look.model.processes().in_tree_order())
    add(look.chip(process->puid), "process " + std::to_string(process->pid));
  for (const auto& [id, queue] : look.model.queues().rows()) add(look.chip_object(id), "queue");
  for (const auto& [id, lock] : look.model.locks().rows()) add(look.chip_object(id), "lock");
  for (const analysis::Block& block : analysis::blocks(look.model)) {
    if (block.has_memory())
      add(look.chip_object(block.object->id), wire::object_kind_name(block.object->kind));
  }
}

// How well an item answers the search: the start of the label, a word's start, anywhere, or in the
// note.
int rank(const Item& item, const std::string& search) {
  if (search.empty()) return 0;
  const auto lower = [](std::string text) {
    for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return text;
  };
  const std::string label = lower(item.label);
  const std::string wanted = lower(search);
  if (label.starts_with(wanted)) return 0;
  if (label.find(" " + wanted) != std::string::npos) return 1;
  if (matches(label, wanted)) return 2;
  if (matches(label + " " + item.note, wanted)) return 3;
  return -1;
}

}  // namespace

PaletteVm build_palette(const Look& look) {
  const SessionFacts& facts = look.facts;
  const ViewState& view = look.view;
  std::vector<Item> items;
  add_actions(facts, view, items);
  if (facts.open) add_entities(look, items);
  std::vector<std::pair<int, std::size_t>> ranked;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (const int value = rank(items[i], view.search); value >= 0) ranked.emplace_back(value, i);
  }
  std::sort(ranked.begin(), ranked.end());
  PaletteVm vm;
  for (const auto& [value, index] : ranked) {
    if (vm.items.size() == kItems) break;
    vm.items.push_back(std::move(items[index]));
  }
  return vm;
}

}  // namespace inspector::present
