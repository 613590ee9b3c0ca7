#include "analysis/blocks.hpp"

#include "analysis/phrases.hpp"
#include "analysis/words.hpp"

#include <algorithm>

namespace inspector::analysis {
namespace {

constexpr std::uint64_t kTrackerNs = 1'000'000'000;

bool is_dead(const model::Model& model, model::Puid puid) {
  const model::Process* process = model.processes().find(puid);
  return process == nullptr || process->dead();
}

// When this process did without the block: it closed it, or it died.
std::uint64_t end_of_use(const model::Model& model, model::Puid puid, const model::ObjectRef& ref) {
  const model::Process* process = model.processes().find(puid);
  const std::uint64_t died_ns = process != nullptr ? process->ended_ns : ref.since_ns;
  return ref.open() ? died_ns : ref.until_ns;
}

// As the resource tracker sees it: a maker that has closed the block leaves it for others of its
// tree to find, as long as there are any.
bool is_abandoned(const model::Model& model, const model::Object& object) {
  if (object.creator == 0 || !is_dead(model, object.creator)) return false;
  const auto maker = object.users.find(object.creator);
  const bool was_closed = maker != object.users.end() && !maker->second.open();
  return !was_closed || model.processes().alive_count() == 0;
}

BlockState state_of(const model::Model& model, const Block& block) {
  const model::Object& object = *block.object;
  const bool has_name = is_named_block(object.kind) && object.unlinked_ns == 0;
  const bool was_unlinked = is_named_block(object.kind) && object.unlinked_ns != 0;
  if (!block.mappers.empty()) return was_unlinked ? BlockState::Unlinked : BlockState::InUse;
  if (!has_name) return BlockState::Gone;
  return is_abandoned(model, object) ? BlockState::Leaked : BlockState::Closed;
}

Finding leak_of(const model::Model& model, const Names& names, const Block& block) {
  const model::Object& object = *block.object;
  const std::string size = bytes_text(object.capacity);
  Finding finding;
  finding.rule = "leak";
  finding.title = "Shared memory leaked";
  finding.severity = Severity::Warning;
  finding.since_ns = block.free_since_ns;
  finding.subjects = {Subject::of_object(object.id), Subject::of(object.creator)};
  finding.id = finding_id(finding.rule, finding.subjects);
  finding.headline = names.say_object(object.id) << " (" + size + ") is left over";
  finding.sentence = Text(capitalized(names.kind_word(object.id)) + " ")
                     << Span{names.object(object.id), Subject::of_object(object.id)}
                     << " (" + size + "), made by " << names.say(object.creator);
  if (!object.site.empty()) finding.sentence << " at " + object.site;
  finding.sentence << ", is left over: no process has it mapped for " +
                          duration_text(model.now_ns() - block.free_since_ns) +
                          ", and nobody has unlinked it";
  if (const model::Process* maker = model.processes().find(object.creator); maker != nullptr)
    finding.sentence << "; " << names.say(maker->puid) << " " << end_phrase(names, *maker);
  finding.sentence << ".";
  finding.advice = "Its memory is in use until somebody removes /dev/shm/" + object.name +
                   "; let whoever is the last to need it call unlink().";
  return finding;
}

}  // namespace

bool is_named_block(wire::ObjectKind kind) noexcept {
  return kind == wire::ObjectKind::SharedMemory || kind == wire::ObjectKind::ShareableList;
}

bool is_block(wire::ObjectKind kind) noexcept {
  return is_named_block(kind) || kind == wire::ObjectKind::Value || kind == wire::ObjectKind::Array;
}

Block block_of(const model::Model& model, const model::Object& object) {
  Block block;
  block.object = &object;
  for (const auto& [puid, ref] : object.users) {
    if (ref.open() && !is_dead(model, puid)) {
      block.mappers.push_back(puid);
    } else {
      block.free_since_ns = std::max(block.free_since_ns, end_of_use(model, puid, ref));
    }
  }
  if (!block.mappers.empty()) block.free_since_ns = 0;
  block.state = state_of(model, block);
  return block;
}

std::vector<Block> blocks(const model::Model& model) {
  std::vector<Block> all;
  for (const model::Object& object : model.objects().rows()) {
    if (object.merged_into == 0 && is_block(object.kind)) all.push_back(block_of(model, object));
  }
  return all;
}

model::ObjectId lock_of(const model::Model& model, const model::Object& value) {
  if (value.kind != wire::ObjectKind::Value && value.kind != wire::ObjectKind::Array) return 0;
  model::ObjectId found = 0;
  for (const auto& [id, lock] : model.locks().rows()) {
    const model::Object* object = model.objects().find(id);
    if (object == nullptr || object->creator != value.creator || object->site != value.site ||
        object->site.empty() || !object->name.starts_with("lock of "))
      continue;
    if (found != 0) return 0;
    found = id;
  }
  return found;
}

std::vector<Finding> leak_findings(const model::Model& model, const Names& names) {
  std::vector<Finding> findings;
  for (const Block& block : blocks(model)) {
    if (block.state != BlockState::Leaked || block.free_since_ns + kTrackerNs > model.now_ns())
      continue;
    findings.push_back(leak_of(model, names, block));
  }
  return findings;
}

}  // namespace inspector::analysis
