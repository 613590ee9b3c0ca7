#include "present/report.hpp"

#include "analysis/connections.hpp"
#include "analysis/names.hpp"
#include "analysis/phrases.hpp"
#include "analysis/words.hpp"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace inspector::present {
namespace {

using analysis::Finding;
using analysis::Names;
using Json = nlohmann::ordered_json;

constexpr std::size_t kWidth = 100;
constexpr std::size_t kLeastLastColumn = 28;  // narrower than that, it moves to a line of its own
constexpr std::size_t kMaxRows = 200;         // of a table; the rest is a line that says how many
constexpr std::size_t kLogLines = 20;

// Columns that a terminal needs for it: code points, not bytes.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

// `text` broken at blanks into lines of at most `width` columns; a longer word gets a line of its
// own.
std::vector<std::string> broken(const std::string& text, std::size_t width) {
  std::vector<std::string> lines;
  std::string line;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t blank = std::min(text.find(' ', at), text.size());
    const std::string word = text.substr(at, blank - at);
    if (!line.empty() && width_of(line) + 1 + width_of(word) > width) {
      lines.push_back(std::exchange(line, {}));
    }
    if (!line.empty()) line += ' ';
    line += word;
    at = blank + 1;
  }
  lines.push_back(std::move(line));
  return lines;
}

// Every line begins with `indent` blanks, the first one with `bullet` in their place.
std::string wrapped(const std::string& text, std::size_t indent, std::string_view bullet = {}) {
  std::string out;
  std::string begin =
      std::string(bullet) + std::string(indent - std::min(indent, bullet.size()), ' ');
  for (const std::string& line : broken(text, kWidth - indent)) {
    out += begin + line + "\n";
    begin.assign(indent, ' ');
  }
  return out;
}

// Columns as wide as their widest cell; the last one takes what is left and is broken into lines.
class Table {
 public:
  explicit Table(std::vector<std::string> heads) { rows_.push_back(std::move(heads)); }
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  [[nodiscard]] bool empty() const { return rows_.size() == 1; }
  [[nodiscard]] std::string text() const {
    std::vector<std::size_t> widths(rows_.front().size() - 1, 0);
    for (const auto& row : rows_) {
      for (std::size_t i = 0; i < widths.size(); ++i)
        widths[i] = std::max(widths[i], width_of(row[i]));
    }
    shrink(widths);
    std::string out;
    for (std::size_t r = 0; r < rows_.size() && r <= kMaxRows; ++r)
      out += row_text(rows_[r], widths);
    if (rows_.size() > kMaxRows + 1)
      out += fmt::format("  ... and {} more\n", rows_.size() - kMaxRows - 1);
    return out;
  }

 private:
  // The widest columns give way until the line fits.
  static void shrink(std::vector<std::size_t>& widths) {
    const auto line = [&widths] {
      return std::accumulate(widths.begin(), widths.end(), 2 * (widths.size() + 1));
    };
    while (line() > kWidth) --*std::max_element(widths.begin(), widths.end());
  }
  static std::string clipped(const std::string& text, std::size_t width) {
    if (width_of(text) <= width) return text;
    std::string out;
    std::size_t columns = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
      const bool begins = (text[at] & 0xC0) != 0x80;
      if (begins && ++columns >= width) break;
      out += text[at];
    }
    return out + "…";
  }
  static std::string row_text(const std::vector<std::string>& row,
                              const std::vector<std::size_t>& widths) {
    std::string line = "  ";
    for (std::size_t i = 0; i < widths.size(); ++i) {
      const std::string cell = clipped(row[i], widths[i]);
      line += cell + std::string(widths[i] - width_of(cell) + 2, ' ');
    }
    const std::size_t indent = width_of(line);
    const bool own_line = indent + kLeastLastColumn > kWidth &&
                          width_of(row.back()) > kWidth - std::min(indent, kWidth);
    if (own_line) return trimmed(line) + "\n" + wrapped(row.back(), 8);
    std::string out;
    for (const std::string& part : broken(row.back(), kWidth - std::min(indent, kWidth - 1))) {
      out += trimmed(line + part) + "\n";
      line.assign(indent, ' ');
    }
    return out;
  }
  static std::string trimmed(std::string line) {
    line.erase(line.find_last_not_of(' ') + 1);
    return line;
  }

  std::vector<std::vector<std::string>> rows_;
};

// Without what would move a terminal's cursor.
std::string one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return (c >= 0 && c < ' ') || c == 0x7f; }, ' ');
  return text;
}

std::string heading(std::string_view title) { return fmt::format("\n{}\n", title); }

std::string severity_mark(const Finding& finding) {
  return finding.severity == analysis::Severity::Error     ? "!!"
         : finding.severity == analysis::Severity::Warning ? "! "
                                                           : "i ";
}

// "at 366 ms", "since 169 ms", "from 169 ms to 4.0 s", counted from the session's begin.
std::string when_text(const Finding& finding, std::uint64_t start_ns) {
  const auto offset = [start_ns](std::uint64_t t_ns) {
    return analysis::duration_text(t_ns - std::min(t_ns, start_ns));
  };
  const std::string begin = offset(finding.since_ns);
  if (finding.is_moment()) return "at " + begin;
  if (finding.open()) return "since " + begin;
  const std::string end = offset(finding.until_ns);
  return begin == end ? "at " + begin : "from " + begin + " to " + end;
}

std::string finding_text(const Finding& finding, std::uint64_t start_ns) {
  std::string out = wrapped(finding.sentence.plain(), 3, severity_mark(finding));
  // What is no problem gets its sentence and no more, unless it is a rule of its own.
  const std::string advice =
      finding.advice.empty() ? "" : wrapped("What to do: " + finding.advice, 5);
  if (!finding.is_problem()) return analysis::is_notice(finding.rule) ? out + advice : out;
  for (const analysis::Text& detail : finding.details) out += wrapped(detail.plain(), 5, "   -");
  out += wrapped(
      fmt::format("[{}, {}; {} into the session]", finding.rule,
                  analysis::confidence_name(finding.confidence), when_text(finding, start_ns)),
      5);
  return out + advice;
}

std::string exit_text(const Names& names, const model::Process& process) {
  if (process.life == model::Life::Unknown) return "not known";
  if (!process.dead()) return "alive";
  if (process.exit && *process.exit > 0) return fmt::format("exit code {}", *process.exit);
  std::string words = analysis::end_phrase(names, process).plain();
  if (words.starts_with("was ")) words.erase(0, 4);
  return words.empty() ? "ended" : words;
}

// What the process did at the end: waits, holds, notes.
std::string doing_text(const model::Model& model, const Names& names,
                       const model::Process& process) {
  std::vector<std::string> parts;
  if (process.dead()) {
    std::string deed = analysis::last_deed(model, names, process).plain();
    if (deed.starts_with(" while it ")) deed.erase(0, 10);
    if (process.died_by_signal() && !deed.empty()) parts.push_back(deed);
  } else {
    for (const model::Thread* thread : model.threads().of_process(process.puid)) {
      if (thread->ended || !thread->waiting()) continue;
      parts.push_back(
          analysis::wait_phrase(names, *thread).plain() + " for " +
          analysis::duration_text(model.now_ns() - std::min(model.now_ns(), thread->since_ns)));
    }
    const std::string held = analysis::held_phrase(model, names, process.puid).plain();
    if (!held.empty()) parts.push_back("holds " + held);
  }
  return fmt::format("{}", fmt::join(parts, "; "));
}

std::string lasted_or_dash(std::uint64_t ns) { return ns == 0 ? "-" : analysis::duration_text(ns); }

std::string processes_text(const model::Model& model, const Names& names) {
  Table table({"PROCESS", "PID", "START", "LIVED", "CPU", "END", "DOING"});
  for (const model::Process* process : model.processes().in_tree_order()) {
    const std::size_t depth = model.processes().depth_of(process->puid);
    const std::uint64_t end = process->ended_ns != 0 ? process->ended_ns : model.now_ns();
    table.add({std::string(2 * depth, ' ') + names.process(process->puid),
               std::to_string(process->pid), wire::start_method_name(process->method),
               analysis::duration_text(end - std::min(end, process->born_ns)),
               lasted_or_dash(process->usage.cpu_ns), exit_text(names, *process),
               doing_text(model, names, *process)});
  }
  return table.text();
}

std::string locks_text(const model::Model& model, const Names& names) {
  Table table({"LOCK", "ACQUIRED", "WAITS", "WAITED", "LONGEST", "NOW"});
  for (const auto& [id, lock] : model.locks().rows()) {
    std::string now = "free";
    if (lock.state == model::LockState::Held) now = "held by " + names.thread(lock.holder);
    if (lock.state == model::LockState::OwnerDead)
      now = "refused: its owner " + names.thread(lock.holder) + " died";
    const auto waiters = model.threads().waiting_on(id).size();
    if (waiters > 0) now += fmt::format(", {}", analysis::plural(waiters, "waiter", "waiters"));
    table.add({names.object(id), analysis::count_text(lock.number),
               analysis::count_text(lock.waits), lasted_or_dash(lock.waited_ns),
               lasted_or_dash(lock.longest_wait_ns), now});
  }
  return table.empty() ? "  none\n" : table.text();
}

std::string queues_text(const model::Model& model, const Names& names) {
  Table table({"QUEUE", "PUT", "TAKEN", "LEFT", "MOST", "ROOM", "NOW"});
  for (const auto& [id, queue] : model.queues().rows()) {
    const model::Object* object = model.objects().find(id);
    const std::uint64_t room = object != nullptr ? object->capacity : 0;
    const auto full = model.threads().waiting_on(id, wire::ThreadState::QueuePut).size();
    const auto empty = model.threads().waiting_on(id, wire::ThreadState::QueueGet).size();
    std::vector<std::string> now;
    if (full > 0)
      now.push_back(analysis::plural(full, "producer waits for room", "producers wait for room"));
    if (empty > 0)
      now.push_back(
          analysis::plural(empty, "consumer waits for items", "consumers wait for items"));
    table.add({names.object(id), analysis::count_text(queue.puts), analysis::count_text(queue.gets),
               analysis::count_text(queue.depth()), analysis::count_text(queue.max_depth),
               room == 0 ? "no limit" : analysis::count_text(room),
               fmt::format("{}", fmt::join(now, "; "))});
  }
  return table.empty() ? "  none\n" : table.text();
}

std::string side_text(const model::Model& model, const Names& names, const analysis::Link& link,
                      bool first) {
  std::vector<std::string> users;
  for (const model::Puid puid : first ? link.first_users : link.second_users)
    users.push_back(names.process(puid));
  return users.empty() ? analysis::stranger_words(model, names, link, first)
                       : analysis::list_text(users);
}

std::string connections_text(const model::Model& model, const Names& names) {
  Table table({"CONNECTION", "FROM", "TO", "THERE", "BACK", "BYTES", "NOW"});
  for (const analysis::Link& link : analysis::links(model, analysis::lately(model))) {
    table.add({names.object(link.first), side_text(model, names, link, true),
               side_text(model, names, link, false), analysis::count_text(link.there.messages),
               analysis::count_text(link.back.messages),
               analysis::bytes_text(link.there.bytes + link.back.bytes),
               fmt::format("{}, {}", analysis::link_kind_word(link.kind),
                           analysis::link_state_words(link))});
  }
  return table.text();
}

std::string level_text(std::uint32_t level) {
  switch (level) {
    case 10:
      return "DEBUG";
    case 20:
      return "INFO";
    case 30:
      return "WARNING";
    case 40:
      return "ERROR";
    case 50:
      return "CRITICAL";
    default:
      return fmt::format("Level {}", level);
  }
}

// The last lines that the program logged; what came before is in the recording.
std::string log_text(const model::Model& model, const Names& names) {
  const auto& rows = model.journal().log.rows();
  const std::size_t shown = std::min(rows.size(), kLogLines);
  Table table({"TIME", "LEVEL", "PROCESS", "MESSAGE"});
  for (auto line = rows.end() - static_cast<std::ptrdiff_t>(shown); line != rows.end(); ++line) {
    table.add({analysis::duration_text(line->t_ns - std::min(line->t_ns, model.start_ns())),
               level_text(line->level), names.thread(line->thread), one_line(line->text)});
  }
  std::string out = table.text();
  if (const std::uint64_t before = model.journal().log.total() - shown; before > 0)
    out += fmt::format("  ... and {} before\n", analysis::count_text(before));
  return out;
}

std::string checked_text() {
  std::vector<std::string> all;
  for (const analysis::Rule& rule : analysis::rules()) all.emplace_back(rule.checked);
  return "Looked for " + analysis::list_text(all, all.size()) + ".";
}

double seconds_in(const model::Model& model, std::uint64_t t_ns) {
  return t_ns < model.start_ns() ? 0.0 : static_cast<double>(t_ns - model.start_ns()) / 1e9;
}

Json json_of(const model::Model& model, const Names& names, const Finding& finding) {
  Json out;
  out["rule"] = finding.rule;
  out["severity"] = analysis::severity_name(finding.severity);
  out["confidence"] = analysis::confidence_name(finding.confidence);
  out["sentence"] = finding.sentence.plain();
  for (const auto& detail : finding.details) out["details"].push_back(detail.plain());
  out["since"] = seconds_in(model, finding.since_ns);
  out["until"] = finding.open() ? Json(nullptr) : Json(seconds_in(model, finding.until_ns));
  for (const analysis::Subject& subject : finding.subjects) {
    const bool object = subject.kind == analysis::Subject::Kind::Object;
    const model::Process* process = model.processes().find(subject.thread.process);
    Json entry{
        {"kind", object ? names.kind_word(subject.object) : "process"},
        {"name", object ? names.object(subject.object) : names.process(subject.thread.process)}};
    if (!object && process != nullptr) entry["pid"] = process->pid;
    out["subjects"].push_back(std::move(entry));
  }
  out["advice"] = finding.advice;
  return out;
}

Json json_of(const model::Model& model, const Names& names, const model::Process& process) {
  const model::Process* parent = model.processes().find(process.parent);
  Json out{{"name", process.name},
           {"pid", process.pid},
           {"method", wire::start_method_name(process.method)}};
  out["parent_pid"] = parent != nullptr ? Json(parent->pid) : Json(nullptr);
  out["started"] = seconds_in(model, process.born_ns);
  out["ended"] = process.ended_ns != 0 ? Json(seconds_in(model, process.ended_ns)) : Json(nullptr);
  out["exitcode"] = process.exit ? Json(*process.exit) : Json(nullptr);
  out["alive"] = !process.dead();
  out["doing"] = doing_text(model, names, process);
  out["cpu_seconds"] = static_cast<double>(process.usage.cpu_ns) / 1e9;
  out["rss"] = process.usage.rss_bytes;
  return out;
}

Json json_of(const model::Model& model, const model::Object& object) {
  Json out{
      {"kind", wire::object_kind_name(object.kind)}, {"name", object.name}, {"site", object.site}};
  if (const model::Lock* lock = model.locks().find(object.id)) {
    out["acquisitions"] = lock->number;
    out["waits"] = lock->waits;
    out["waited_seconds"] = static_cast<double>(lock->waited_ns) / 1e9;
    out["held"] = lock->held();
    out["recovered"] = lock->recovered;
  }
  if (const model::Queue* queue = model.queues().find(object.id)) {
    out["capacity"] = object.capacity;
    out["puts"] = queue->puts;
    out["gets"] = queue->gets;
    out["depth"] = queue->depth();
    out["max_depth"] = queue->max_depth;
  }
  return out;
}

Json waits_json(const model::Model& model, const Names& names) {
  Json out = Json::array();
  for (const auto& [key, thread] : model.threads().rows()) {
    const model::Process* process = model.processes().find(key.process);
    if (!thread.waiting() || thread.ended || process == nullptr || process->dead()) continue;
    out.push_back(
        {{"process", names.process(key.process)},
         {"pid", process->pid},
         {"what", wire::state_name(thread.state)},
         {"object", thread.object != 0 ? Json(names.object(thread.object)) : Json(nullptr)},
         {"for_seconds",
          static_cast<double>(model.now_ns() - std::min(model.now_ns(), thread.since_ns)) / 1e9}});
  }
  return out;
}

Json log_json(const model::Model& model, const Names& names) {
  Json out = Json::array();
  for (const model::LogLine& line : model.journal().log.rows()) {
    const model::Process* process = model.processes().find(line.thread.process);
    out.push_back({{"time", seconds_in(model, line.t_ns)},
                   {"level", line.level},
                   {"process", names.process(line.thread.process)},
                   {"pid", process != nullptr ? Json(process->pid) : Json(nullptr)},
                   {"message", line.text}});
  }
  return out;
}

}  // namespace

std::string report_text(const model::Model& model, const std::vector<Finding>& findings,
                        const ReportFacts& facts) {
  const Names names(model);
  const std::uint64_t watched = model.now_ns() - std::min(model.now_ns(), model.start_ns());
  std::string out = wrapped(analysis::verdict(findings, watched).plain(), 0);
  if (!facts.complete)
    out += wrapped(
        "The recorder did not close this file: its last quarter of a second may be missing.", 0);
  if (std::none_of(findings.begin(), findings.end(),
                   [](const Finding& finding) { return finding.is_problem(); })) {
    out += wrapped(checked_text(), 0);
  }
  if (!findings.empty()) out += heading("FINDINGS");
  for (const Finding& finding : findings) out += finding_text(finding, model.start_ns());
  out += heading("PROCESSES") + processes_text(model, names);
  out += heading("LOCKS") + locks_text(model, names);
  out += heading("QUEUES") + queues_text(model, names);
  if (!model.connections().rows().empty())
    out += heading("CONNECTIONS") + connections_text(model, names);
  if (!model.journal().log.rows().empty()) out += heading("LOG") + log_text(model, names);
  out += heading("RECORDED");
  out += wrapped(
      fmt::format(
          "{} for {}, {} in all{}", facts.command_line.empty() ? facts.program : facts.command_line,
          analysis::duration_text(watched),
          analysis::plural(model.event_count(), "event", "events"),
          facts.recorded_at.empty() ? "" : ", on " + facts.host + " at " + facts.recorded_at),
      2, "  ");
  if (model.journal().lost > 0) {
    out += wrapped(analysis::plural(model.journal().lost, "event was", "events were") +
                       " overwritten before they could be read; what they said is unknown.",
                   2, "  ");
  }
  return out;
}

std::string report_json(const model::Model& model, const std::vector<Finding>& findings,
                        const ReportFacts& facts) {
  const Names names(model);
  const std::uint64_t watched = model.now_ns() - std::min(model.now_ns(), model.start_ns());
  Json out;
  out["schema"] = kReportSchema;
  out["complete"] = facts.complete && model.journal().lost == 0;
  out["verdict"] = analysis::verdict(findings, watched).plain();
  out["program"] = facts.program;
  out["command"] = facts.command_line;
  out["host"] = facts.host;
  out["recorded_at"] = facts.recorded_at;
  out["seconds"] = static_cast<double>(watched) / 1e9;
  out["events"] = model.event_count();
  out["findings"] = Json::array();
  for (const Finding& finding : findings) out["findings"].push_back(json_of(model, names, finding));
  out["processes"] = Json::array();
  for (const model::Process* process : model.processes().in_tree_order()) {
    out["processes"].push_back(json_of(model, names, *process));
  }
  out["objects"] = Json::array();
  for (const model::Object& object : model.objects().rows()) {
    if (object.merged_into == 0) out["objects"].push_back(json_of(model, object));
  }
  out["waits"] = waits_json(model, names);
  out["log"] = log_json(model, names);
  out["lost_events"] = model.journal().lost;
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::vector<std::string> rules_found(const std::vector<Finding>& findings,
                                     const std::vector<std::string>& rules) {
  std::vector<std::string> out;
  std::copy_if(rules.begin(), rules.end(), std::back_inserter(out), [&](const std::string& rule) {
    return std::any_of(findings.begin(), findings.end(), [&](const Finding& finding) {
      return finding.rule == rule && (finding.is_problem() || analysis::is_notice(rule));
    });
  });
  return out;
}

}  // namespace inspector::present
