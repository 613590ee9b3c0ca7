#include "analysis/events.hpp"

#include "analysis/fork_risks.hpp"
#include "analysis/phrases.hpp"
#include "analysis/words.hpp"
#include "base/signal_name.hpp"

#include <algorithm>
#include <functional>

namespace inspector::analysis {
namespace {

std::uint64_t between(std::uint64_t begin, std::uint64_t end) {
  return end > begin ? end - begin : 0;
}

// Finds everything first and puts into words only what is asked for: thousands of waits are
// remembered, fifty shown.
class Collector {
 public:
  Collector(const model::Model& model, const Names& names, const Subject& about)
      : model_(model), names_(names), about_(about) {}

  std::vector<EventLine> run(std::size_t limit) {
    add_lives();
    add_waits();
    add_holds();
    add_words();
    std::stable_sort(found_.begin(), found_.end(),
                     [](const Found& a, const Found& b) { return a.t_ns > b.t_ns; });
    if (found_.size() > limit) found_.resize(limit);
    std::vector<EventLine> lines;
    for (const Found& found : found_) lines.push_back({found.t_ns, found.severity, found.words()});
    return lines;
  }

 private:
  // `words` refers to rows of the model.
  struct Found {
    std::uint64_t t_ns = 0;
    Severity severity = Severity::Info;
    std::function<Text()> words;
  };

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
  void add(std::uint64_t t_ns, Severity severity, std::function<Text()> words) {
    found_.push_back({t_ns, severity, std::move(words)});
  }

  void add_lives() {
    if (about_.kind == Subject::Kind::Object) return;
    for (const auto& [puid, row] : model_.processes().rows()) {
      if (!concerns(model::ThreadKey{puid, kMainSlot})) continue;
      const model::Process* process = &row;
      add(row.born_ns, Severity::Info, [this, process] {
        Text born = names_.say(process->puid) << " began";
        return process->parent == 0 ? born : born << ", started by " << names_.say(process->parent);
      });
      if (row.signal_from != 0) {
        add(row.signal_ns, Severity::Info, [this, process] {
          return names_.say(process->signal_from)
                 << " sent " << names_.say(process->puid) << " " + mp::signal_name(process->signal);
        });
      }
      if (!row.dead()) continue;
      const bool bad = !row.exit || *row.exit != 0;
      add(row.ended_ns, bad ? Severity::Error : Severity::Info, [this, process] {
        return names_.say(process->puid) << " " << end_phrase(names_, *process);
      });
    }
  }

  void add_waits() {
    for (const auto& [key, row] : model_.threads().rows()) {
      const model::Thread* thread = &row;
      if (row.waiting() && concerns(key, row.object)) {
        add(row.since_ns, Severity::Warning, [this, thread] {
          return names_.say(thread->key) << " " << wait_phrase(names_, *thread);
        });
      }
      if (!row.note.empty() && concerns(key)) {
        add(row.note_since_ns, Severity::Info, [this, thread] {
          return names_.say(thread->key) << " began " << quoted(thread->note);
        });
      }
    }
    for (const model::Wait& row : model_.threads().waits().rows()) {
      if (!concerns(row.thread, row.object)) continue;
      const bool died = row.outcome == model::WaitOutcome::OwnerDied;
      add(row.end_ns, died ? Severity::Warning : Severity::Info,
          [this, wait = &row] { return wait_words(*wait); });
    }
  }

  [[nodiscard]] Text wait_words(const model::Wait& wait) const {
    Text text = names_.say(wait.thread)
                << " " << past_wait_phrase(names_, wait)
                << " for " + duration_text(between(wait.begin_ns, wait.end_ns));
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
    return text;
  }

  void add_holds() {
    for (const auto& [id, row] : model_.locks().rows()) {
      const model::Lock* lock = &row;
      for (const model::HoldInterval& interval : row.history.rows()) {
        if (!concerns(interval.holder, id)) continue;
        const HoldOf of{lock, &interval};
        add(interval.begin_ns, Severity::Info,
            [&names = names_, of] { return of.say(names, " took "); });
        if (interval.end_ns == 0) continue;
        const bool died = interval.died;
        add(interval.end_ns, died ? Severity::Error : Severity::Info, [&names = names_, of] {
          return of.say(names, of.interval->died ? " died holding " : " released ");
        });
      }
    }
  }
  struct HoldOf {
    const model::Lock* lock;
    const model::HoldInterval* interval;
    [[nodiscard]] Text say(const Names& names, const char* verb) const {
      return names.say(interval->holder) << verb << names.say_object(lock->object);
    }
  };

  void add_words() {
    for (const model::LogLine& row : model_.journal().log.rows()) {
      if (!concerns(row.thread)) continue;
      const Severity severity = row.level >= 40   ? Severity::Error
                                : row.level >= 30 ? Severity::Warning
                                                  : Severity::Info;
      add(row.t_ns, severity, [this, line = &row] {
        return names_.say(line->thread) << " logged " << quoted(line->text);
      });
    }
    for (const model::ForkRisk& row : model_.journal().fork_risks.rows()) {
      if (!concerns(row.thread) && !concerns(model::ThreadKey{row.child, kMainSlot})) continue;
      add(row.t_ns, Severity::Info, [this, risk = &row] {
        return fork_words(model_, names_, *risk) << " while " + risk_phrase(risk->what);
      });
    }
    for (const model::Mark& row : model_.journal().marks.rows()) {
      if (!concerns(row.thread)) continue;
      add(row.t_ns, Severity::Info, [this, mark = &row] {
        return names_.say(mark->thread) << " marked " << quoted(mark->text);
      });
    }
    for (const model::Loss& row : model_.journal().losses.rows()) {
      if (!concerns(model::ThreadKey{row.process, kMainSlot})) continue;
      add(row.t_ns, Severity::Warning, [this, loss = &row] {
        return Text(plural(loss->count, "event", "events") + " of ")
               << names_.say(loss->process) << " were lost";
      });
    }
  }

  const model::Model& model_;
  const Names& names_;
  const Subject& about_;
  std::vector<Found> found_;
};

}  // namespace

std::vector<EventLine> recent_events(const model::Model& model, const Names& names,
                                     const Subject& about, std::size_t limit) {
  return Collector(model, names, about).run(limit);
}

}  // namespace inspector::analysis
