#include "analysis/events.hpp"

#include "analysis/phrases.hpp"
#include "analysis/words.hpp"
#include "base/signal_name.hpp"

#include <algorithm>

namespace inspector::analysis {
namespace {

class Collector {
 public:
  Collector(const model::Model& model, const Names& names, const Subject& about)
      : model_(model), names_(names), about_(about) {}

  std::vector<EventLine> run(std::size_t limit) {
    add_lives();
    add_waits();
    add_holds();
    add_words();
    std::stable_sort(lines_.begin(), lines_.end(),
                     [](const EventLine& a, const EventLine& b) { return a.t_ns > b.t_ns; });
    if (lines_.size() > limit) lines_.resize(limit);
    return std::move(lines_);
  }

 private:
  [[nodiscard]] bool concerns(model::ThreadKey thread) const {
    switch (about_.kind) {
      case Subject::Kind::None:
        return true;
      case Subject::Kind::Process:
        return thread.process == about_.thread.process;
      case Subject::Kind::Thread:
        return thread == about_.thread;
      case Subject::Kind::Object:
        return false;
    }
    return false;
  }
  [[nodiscard]] bool concerns(model::ThreadKey thread, model::ObjectId object) const {
    return about_.kind == Subject::Kind::Object ? about_.object == object : concerns(thread);
  }
  void add(std::uint64_t t_ns, Text text, Severity severity = Severity::Info) {
    lines_.push_back({t_ns, severity, std::move(text)});
  }

  void add_lives() {
    if (about_.kind == Subject::Kind::Object) return;
    for (const auto& [puid, process] : model_.processes().rows()) {
      if (!concerns(model::ThreadKey{puid, kMainSlot})) continue;
      Text born = names_.say(puid) << " began";
      if (process.parent != 0) born << ", started by " << names_.say(process.parent);
      add(process.born_ns, std::move(born));
      if (process.signal_from != 0) {
        add(process.signal_ns, names_.say(process.signal_from)
                                   << " sent " << names_.say(puid)
                                   << " " + mp::signal_name(process.signal));
      }
      if (process.dead()) {
        const bool bad = !process.exit || *process.exit != 0;
        add(process.ended_ns, names_.say(puid) << " " << end_phrase(names_, process),
            bad ? Severity::Error : Severity::Info);
      }
    }
  }

  void add_waits() {
    for (const auto& [key, thread] : model_.threads().rows()) {
      if (thread.waiting() && concerns(key, thread.object)) {
        add(thread.since_ns, names_.say(key) << " began to wait: " << wait_phrase(names_, thread),
            Severity::Warning);
      }
      if (!thread.note.empty() && concerns(key)) {
        add(thread.note_since_ns, names_.say(key) << " began " << quoted(thread.note));
      }
    }
    for (const model::Wait& wait : model_.threads().waits().rows()) {
      if (!concerns(wait.thread, wait.object)) continue;
      Text text = names_.say(wait.thread)
                  << " " << past_wait_phrase(names_, wait)
                  << " for " + duration_text(wait.end_ns - std::min(wait.begin_ns, wait.end_ns));
      switch (wait.outcome) {
        case model::WaitOutcome::Done:
          break;
        case model::WaitOutcome::Failed:
          text << ", in vain";
          break;
        case model::WaitOutcome::OwnerDied:
          text << " and learned that its owner died";
          break;
        case model::WaitOutcome::Ended:
          text << ", until the end";
          break;
      }
      add(wait.end_ns, std::move(text),
          wait.outcome == model::WaitOutcome::OwnerDied ? Severity::Warning : Severity::Info);
    }
  }

  void add_holds() {
    for (const auto& [id, lock] : model_.locks().rows()) {
      for (const model::HoldInterval& hold : lock.history.rows()) {
        if (!concerns(hold.holder, id)) continue;
        add(hold.begin_ns, names_.say(hold.holder) << " took " << names_.say_object(id));
        if (hold.end_ns == 0) continue;
        add(hold.end_ns,
            names_.say(hold.holder)
                << (hold.died ? " died holding " : " released ") << names_.say_object(id),
            hold.died ? Severity::Error : Severity::Info);
      }
    }
  }

  void add_words() {
    for (const model::LogLine& line : model_.journal().log.rows()) {
      if (concerns(line.thread)) {
        add(line.t_ns, names_.say(line.thread) << " logged " << quoted(line.text),
            line.level >= 40   ? Severity::Error
            : line.level >= 30 ? Severity::Warning
                               : Severity::Info);
      }
    }
    for (const model::Mark& mark : model_.journal().marks.rows()) {
      if (concerns(mark.thread))
        add(mark.t_ns, names_.say(mark.thread) << " marked " << quoted(mark.text));
    }
    for (const model::Loss& loss : model_.journal().losses.rows()) {
      if (concerns(model::ThreadKey{loss.process, kMainSlot})) {
        add(loss.t_ns,
            Text(plural(loss.count, "event", "events") + " of ")
                << names_.say(loss.process) << " were lost",
            Severity::Warning);
      }
    }
  }

  const model::Model& model_;
  const Names& names_;
  const Subject& about_;
  std::vector<EventLine> lines_;
};

}  // namespace

std::vector<EventLine> recent_events(const model::Model& model, const Names& names,
                                     const Subject& about, std::size_t limit) {
  return Collector(model, names, about).run(limit);
}

}  // namespace inspector::analysis
