#include "app/watch.hpp"

#include <filesystem>

#include "analysis/words.hpp"

namespace inspector::app {
namespace {

namespace fs = std::filesystem;

std::vector<store::AlarmRow> alarm_rows(const std::vector<analysis::Finding>& findings) {
  std::vector<store::AlarmRow> rows;
  for (const analysis::Finding& finding : findings) {
    rows.push_back({.rule = finding.rule,
                    .open_ns = finding.since_ns,
                    .close_ns = finding.until_ns,
                    .confidence = std::string(analysis::confidence_name(finding.confidence)),
                    .text = finding.sentence.plain(),
                    .evidence = "[]"});
  }
  return rows;
}

std::string worst_severity(const std::vector<analysis::Finding>& findings) {
  std::string worst = "ok";
  for (const analysis::Finding& finding : findings) {
    if (finding.severity == analysis::Severity::Error) return "problem";
    if (finding.severity == analysis::Severity::Warning) worst = "warning";
  }
  return worst;
}

}  // namespace

Watch::Watch(std::unique_ptr<session::EventSource> source) : session_(std::move(source)) {
  session_.fold_with([this](model::Model& model, const mp::wire::Batch& batch) { findings_.apply(model, batch); });
  session_.on_batch([this](const session::BatchPtr& batch) {
    if (!recorder_) return;
    tell_hello();
    recorder_->add(batch);
  });
}

Watch::Watch(std::unique_ptr<store::FileChunks> recording, std::string path)
    : complete_(recording->recording().complete),
      path_(std::move(path)),
      session_(std::move(recording)) {}

mp::Result<std::unique_ptr<Watch>> Watch::open(const std::string& path) {
  auto opened = store::FileChunks::open(path);
  if (!opened.ok()) return std::move(opened).failure();
  std::unique_ptr<Watch> watch(new Watch(std::move(opened).value(), path));
  // The findings of the whole session: what was true for a while and is over must be known too.
  const session::ChunkStore& chunks = watch->session_.chunks();
  model::Model model;
  for (std::size_t i = chunks.first(); i < chunks.end(); ++i) {
    if (const session::BatchPtr batch = chunks.load(i)) watch->findings_.apply(model, *batch);
  }
  watch->findings_.observe(model);
  return watch;
}

bool Watch::pump() {
  const bool news = session_.pump();
  if (recorder_) tell_hello();
  return news;
}

void Watch::tell_hello() {
  if (hello_told_) return;
  if (const auto hello = session_.hello()) {
    recorder_->set_hello(*hello);
    hello_told_ = true;
  }
}

mp::Result<void> Watch::record_to(const std::string& path) {
  auto created = store::Recorder::create(path);
  if (!created.ok()) return std::move(created).failure();
  recorder_ = std::move(created).value();
  hello_told_ = false;
  tell_hello();
  const session::ChunkStore& chunks = session_.chunks();
  if (chunks.first() != 0) {
    // The oldest events are not kept any more; the state before the first that is stands for them.
    if (auto state = chunks.checkpoint(chunks.first())) recorder_->begin_from(std::move(state->second));
  }
  for (std::size_t i = chunks.first(); i < chunks.end(); ++i) recorder_->add(chunks.load(i));
  return {};
}

// In a copy: the session may go on, and its looks have a grid.
std::vector<analysis::Finding> Watch::findings_up_to_now() {
  analysis::FindingLog log = findings_;
  log.observe(session_.newest());
  return log.findings();
}

mp::Result<void> Watch::stop_recording() {
  if (!recorder_) return {};
  const model::Model& model = session_.newest();
  const auto findings = findings_up_to_now();
  recorder_->set_verdict(worst_severity(findings), analysis::verdict(findings, model.now_ns() - model.start_ns()).plain());
  recorder_->set_alarms(alarm_rows(findings));
  auto closed = recorder_->close();
  const auto trouble = recorder_->trouble();
  recorder_.reset();
  if (trouble) return mp::Failure{mp::FailureCode::Os, *trouble, {}};
  return closed;
}

std::string Watch::name() const {
  if (!path_.empty()) return fs::path(path_).filename().string();
  const auto hello = session_.hello();
  return hello && !hello->program.empty() ? hello->program : "program";
}

}  // namespace inspector::app
