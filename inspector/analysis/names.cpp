#include "analysis/names.hpp"

#include <algorithm>

namespace inspector::analysis {

Text join_texts(const std::vector<Text>& items, std::size_t limit, const char* word) {
  const std::string last = " " + std::string(word) + " ";
  const bool cut = items.size() > limit;
  const std::size_t shown = cut ? limit - 1 : items.size();
  Text text;
  for (std::size_t i = 0; i < shown; ++i) {
    if (i > 0) text << (!cut && i + 1 == shown ? last : ", ");
    text << items[i];
  }
  if (cut) text << last + std::to_string(items.size() - shown) + " more";
  return text;
}

Names::Names(const model::Model& model) : model_(model) {
  for (const auto& [puid, row] : model.processes().rows()) ++process_names_[row.name];
  for (const model::Object& row : model.objects().rows()) {
    if (row.merged_into == 0) ++object_names_[{row.kind, row.name}];
  }
}

std::string Names::process(model::Puid puid) const {
  if (puid == model::kInspector) return "mp-inspector";
  const model::Process* row = model_.processes().find(puid);
  if (row == nullptr) return "an unknown process";
  const std::string pid = "pid " + std::to_string(row->pid);
  if (row->name.empty()) return pid;
  const auto same = process_names_.find(row->name);
  return same != process_names_.end() && same->second > 1 ? row->name + " (" + pid + ")"
                                                          : row->name;
}

std::string Names::thread(model::ThreadKey key) const {
  if (key.slot == kMainSlot || !key.valid()) return process(key.process);
  const model::Thread* row = model_.threads().find(key);
  const std::string name =
      row == nullptr || row->name.empty() ? "#" + std::to_string(key.slot) : row->name;
  return process(key.process) + ", thread " + name;
}

std::string Names::object(model::ObjectId id) const {
  const model::Object* row = model_.objects().find(id);
  if (row == nullptr || row->name.empty()) return "#" + std::to_string(id);
  const auto same = object_names_.find({row->kind, row->name});
  if (same == object_names_.end() || same->second < 2) return row->name;
  return row->name + " (" + (row->site.empty() ? "#" + std::to_string(id) : row->site) + ")";
}

std::string Names::kind_word(model::ObjectId id) const {
  const model::Object* row = model_.objects().find(id);
  if (row == nullptr) return "object";
  switch (row->kind) {
    case wire::ObjectKind::None:
      break;
    case wire::ObjectKind::Lock:
    case wire::ObjectKind::RLock:
      return "lock";
    case wire::ObjectKind::Queue:
    case wire::ObjectKind::JoinableQueue:
    case wire::ObjectKind::SimpleQueue:
      return "queue";
    case wire::ObjectKind::Semaphore:
    case wire::ObjectKind::BoundedSemaphore:
      return "semaphore";
    case wire::ObjectKind::SharedMemory:
      return "shared memory";
    case wire::ObjectKind::ShareableList:
      return "shareable list";
    default: {
      std::string word = wire::object_kind_name(row->kind);
      std::transform(word.begin(), word.end(), word.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      });
      return word;
    }
  }
  // Not declared yet: what is done with it tells what it is.
  if (model_.locks().find(id) != nullptr) return "lock";
  if (model_.queues().find(id) != nullptr) return "queue";
  return "object";
}

Text Names::say_object(model::ObjectId id) const {
  return Text(kind_word(id) + " ") << Span{object(id), Subject::of_object(id)};
}

Text Names::say_readiness(model::ObjectId id) const {
  const model::Object* row = model_.objects().find(id);
  const auto kind = row == nullptr ? wire::ObjectKind::None : row->kind;
  const char* what = kind == wire::ObjectKind::Connection ? "data on "
                     : kind == wire::ObjectKind::Listener ? "a client at "
                                                          : "an item of ";
  return Text(what) << say_object(id);
}

}  // namespace inspector::analysis
