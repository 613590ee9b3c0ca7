#include "app/desk.hpp"

#include "app/complaint.hpp"
#include "link/attach.hpp"
#include "os/clock.hpp"
#include "os/process_id.hpp"
#include "os/watch.hpp"
#include "present/evidence.hpp"
#include <libmp/exceptions.hpp>

#include <algorithm>
#include <csignal>
#include <filesystem>

#include <fmt/format.h>

namespace inspector::app {
namespace {

constexpr int kNormalLevel = 2;

session::Mode session_mode(present::Mode mode) {
  switch (mode) {
    case present::Mode::Live:
      return session::Mode::Follow;
    case present::Mode::Paused:
      return session::Mode::Paused;
    case present::Mode::Playing:
      return session::Mode::Play;
  }
  return session::Mode::Follow;
}

present::Mode view_mode(session::Mode mode) {
  switch (mode) {
    case session::Mode::Follow:
      return present::Mode::Live;
    case session::Mode::Paused:
      return present::Mode::Paused;
    case session::Mode::Play:
      return present::Mode::Playing;
  }
  return present::Mode::Live;
}

std::uint64_t size_of(const std::filesystem::path& path) {
  std::error_code error;
  const auto bytes = std::filesystem::file_size(path, error);
  return error ? 0 : bytes;
}

template <class... Calls>
struct Overloaded : Calls... {
  using Calls::operator()...;
};

}  // namespace

Desk::Desk(const Settings& settings) : settings_(settings), machine_(settings.recordings) {
  if (settings.listen.empty()) return;
  server_ = std::make_unique<link::Server>(
      link::Server::Options{.addresses = settings.listen, .key = settings.key});
  machine_.facts().listening = server_->listening();
  for (const std::string& problem : server_->problems()) {
    auto& known = machine_.facts().listening_problem;
    known += (known.empty() ? "" : "; ") + problem;
  }
}

// --- a frame -------------------------------------------------------------------------------------

void Desk::step(std::uint64_t now_ns) {
  const std::uint64_t passed = last_step_ns_ == 0 ? 0 : now_ns - last_step_ns_;
  last_step_ns_ = now_ns;
  take_connections();
  lively_ = false;
  for (const auto& watch : watches_) {
    const bool news = watch->pump();
    if (watch.get() == watch_) lively_ = news;
  }
  if (watch_ != nullptr) {
    watch_->session().advance(passed);
    follow_cursor();
    lively_ |= view_.mode == present::Mode::Playing;
  }
  machine_.look(now_ns);
  if (now_ns - rate_at_ns_ >= 500'000'000) {
    const std::uint64_t events = watch_ != nullptr ? watch_->session().newest().event_count() : 0;
    const double seconds = static_cast<double>(now_ns - rate_at_ns_) / 1e9;
    events_per_second_ =
        rate_at_ns_ == 0 ? 0
                         : static_cast<double>(events - std::min(events, rate_events_)) / seconds;
    rate_events_ = events;
    rate_at_ns_ = now_ns;
  }
  const present::SessionFacts facts = session_facts();
  const model::Model& model = watch_ != nullptr ? watch_->session().view() : empty_;
  present::build_visible(model, facts, machine_.facts(), view_, vms_);
}

void Desk::take_connections() {
  if (!server_) return;
  for (auto& source : server_->take_new()) {
    if (level_ != kNormalLevel) source->set_level(static_cast<std::uint32_t>(level_));
    auto watch = std::make_unique<Watch>(std::move(source));
    // Whoever looks at something else is told, not torn away from it.
    const bool busy =
        watch_ != nullptr && watch_->session().state() == session::SourceState::Running;
    if (busy) {
      say(present::Tone::Info, "Another program has connected; find it under Sessions.");
      watches_.push_back(std::move(watch));
    } else {
      show(std::move(watch));
    }
  }
  for (std::string& notice : server_->take_notices())
    say(present::Tone::Warning, std::move(notice));
}

// The session moves its cursor by itself when it plays; the view says where it is.
void Desk::follow_cursor() {
  session::Session& session = watch_->session();
  view_.mode = view_mode(session.mode());
  view_.cursor = static_cast<present::Moment>(session.cursor_ns());
}

present::SessionFacts Desk::session_facts() {
  present::SessionFacts facts;
  facts.notices = notices_;
  facts.frames_per_second = frames_per_second_;
  if (watch_ == nullptr) return facts;
  session::Session& session = watch_->session();
  facts.open = true;
  facts.name = watch_->name();
  const auto hello = session.hello();
  facts.origin = !watch_->path().empty() ? watch_->path() : hello ? hello->host : std::string();
  const session::Capabilities can = session.capabilities();
  const bool running = session.state() == session::SourceState::Running;
  facts.can_pause = true;
  facts.can_seek = session.begin_ns() != session.end_ns();
  facts.can_follow = can.can_follow && running;
  facts.can_command = can.can_command && running;
  facts.can_record = can.can_follow;
  facts.begin = static_cast<present::Moment>(session.begin_ns());
  facts.now = static_cast<present::Moment>(session.end_ns());
  if (hello && hello->realtime_ns != 0) {
    facts.wall_at_zero = static_cast<std::int64_t>(hello->realtime_ns) -
                         static_cast<std::int64_t>(hello->monotonic_ns);
  }
  facts.events_per_second = events_per_second_;
  facts.lost = session.newest().journal().lost;
  facts.level = level_;
  facts.findings = &watch_->findings();
  facts.newest = &session.newest();
  if (const store::Recorder* recorder = watch_->recorder()) {
    facts.recording = present::RecordingFacts{
        .path = recorder->path().string(),
        .for_ns = static_cast<std::int64_t>(session.end_ns() - session.begin_ns()),
        .bytes = size_of(recorder->path())};
  }
  return facts;
}

void Desk::say(present::Tone tone, std::string text) {
  constexpr std::size_t kMost = 5;
  if (!notices_.empty() && notices_.back().text == text) return;
  notices_.push_back({next_notice_++, tone, std::move(text)});
  if (notices_.size() > kMost) notices_.erase(notices_.begin());
}

// --- sessions ------------------------------------------------------------------------------------

void Desk::show(std::unique_ptr<Watch> watch) {
  watch_ = watch.get();
  watches_.push_back(std::move(watch));
  const present::Theme theme = view_.theme;
  view_ = {};
  view_.theme = theme;
  view_.screen = present::Screen::Overview;
  rate_at_ns_ = 0;
}

bool Desk::open_recording(const std::string& path) {
  auto opened = Watch::open(path);
  if (!opened.ok()) {
    say(present::Tone::Alarm, words(opened.failure()));
    return false;
  }
  show(std::move(opened).value());
  return true;
}

bool Desk::attach_to(const std::string& tree_dir) {
  try {
    show(std::make_unique<Watch>(link::attach(tree_dir, static_cast<std::uint32_t>(level_))));
    return true;
  } catch (const mp::Error& error) {
    say(present::Tone::Alarm, error.what());
    return false;
  }
}

bool Desk::attach_to_pid(std::uint32_t pid) {
  const auto tree = mp::report::find_tree_of(pid);
  if (!tree.dir.empty()) return attach_to(tree.dir);
  say(present::Tone::Alarm, fmt::format("No program of yours with pid {} uses libmp.", pid));
  return false;
}

bool Desk::start_program(const std::vector<std::string>& argv) {
  if (!server_ || server_->listening().empty()) {
    say(present::Tone::Alarm, "Nothing can be started: " + machine_.facts().listening_problem);
    return false;
  }
  try {
    const std::string& address = server_->listening().front();
    programs_.push_back(
        std::make_unique<Program>(argv, address.substr(address.find(':') + 1), settings_.key));
    return true;
  } catch (const mp::Error& error) {
    say(present::Tone::Alarm, error.what());
    return false;
  }
}

bool Desk::start_demo(const std::string& mode) {
  const std::string program = Machine::demo_program();
  if (!program.empty()) return start_program({program, mode, "--seconds", "600"});
  say(present::Tone::Alarm, "The demo program 'pipeline' is not installed beside mp-inspector.");
  return false;
}

void Desk::close_session() {
  std::erase_if(watches_, [this](const auto& watch) { return watch.get() == watch_; });
  watch_ = nullptr;
  view_.screen = present::Screen::Sessions;
  view_.selection.clear();
}

// --- commands ------------------------------------------------------------------------------------

void Desk::carry_out(const present::Commands& commands) {
  for (const present::Command& command : commands) {
    const std::uint64_t newest = watch_ != nullptr ? watch_->session().end_ns() : 0;
    present::apply(command, view_, static_cast<present::Moment>(newest));
    carry_out_one(command);
  }
}

void Desk::carry_out_one(const present::Command& command) {
  using namespace present;
  const auto with_session = [this](auto&& call) {
    if (watch_ != nullptr) call(watch_->session());
  };
  std::visit(
      Overloaded{
          [&](const Pause&) { with_session([](session::Session& session) { session.pause(); }); },
          [&](const Play&) {
            with_session([&](session::Session& session) { session.play(view_.speed); });
          },
          [&](const SetSpeed&) {
            with_session([&](session::Session& session) {
              if (session.mode() == session_mode(Mode::Playing)) session.play(view_.speed);
            });
          },
          [&](const SetLoop& loop) {
            with_session([&](session::Session& session) { session.set_loop(loop.on); });
          },
          [&](const Seek& to) { seek(to.to); },
          [&](const BackToLive&) {
            with_session([](session::Session& session) { session.follow(); });
          },
          [&](const Step& step) { step_to(step); },
          [&](const ShowEvidence& evidence) { show_evidence(evidence); },
          [&](const Attach& attach) {
            const std::string dir = machine_.tree_of(attach.running);
            if (!dir.empty()) attach_to(dir);
          },
          [&](const OpenRecording& open) {
            if (!open.path.empty()) open_recording(open.path);
          },
          [&](const OpenDemo& demo) { start_demo(demo.id); },
          [&](const OpenRecoverable& dead) { attach_to(dead.path); },
          [&](const CloseSession&) { close_session(); },
          [&](const EndProcess& end) { end_process(end); },
          [&](const SetLevel& level) {
            level_ = level.level;
            with_session([&](session::Session& session) {
              session.set_level(static_cast<std::uint32_t>(level_));
            });
          },
          [&](const StartRecording&) { start_recording(); },
          [&](const StopRecording&) { stop_recording(); },
          [&](const DismissNotice& notice) {
            std::erase_if(notices_,
                          [&](const NoticeFacts& known) { return known.id == notice.id; });
          },
          [&](const TakePicture&) { picture_ = true; },
          [&](const Quit&) { quit_ = true; },
          [](const auto&) {},  // concerns the view alone
      },
      command);
}

void Desk::seek(present::Moment to) {
  if (watch_ != nullptr && to > 0) watch_->session().seek(static_cast<std::uint64_t>(to));
}

void Desk::start_recording() {
  if (watch_ == nullptr) return;
  std::error_code ignored;
  std::filesystem::create_directories(settings_.recordings, ignored);
  const std::string path = fmt::format("{}/{}-{}.mpr", settings_.recordings, watch_->name(),
                                       mp::os::realtime_ns() / 1'000'000'000);
  const auto started = watch_->record_to(path);
  if (!started.ok()) say(present::Tone::Alarm, words(started.failure()));
}

void Desk::stop_recording() {
  if (watch_ == nullptr || watch_->recorder() == nullptr) return;
  const std::string path = watch_->recorder()->path().string();
  const auto stopped = watch_->stop_recording();
  say(stopped.ok() ? present::Tone::Ok : present::Tone::Alarm,
      stopped.ok() ? "Recorded to " + path : words(stopped.failure()));
}

void Desk::end_process(const present::EndProcess& command) {
  if (watch_ == nullptr) return;
  const model::Process* process = watch_->session().newest().processes().find(command.process.id);
  if (process == nullptr || process->dead()) return;
  const bool sent =
      mp::os::signal_process({process->pid, process->start_ticks},
                             command.how == present::Ending::Kill ? SIGKILL : SIGTERM);
  if (!sent)
    say(present::Tone::Warning, process->name + " has ended already, or is not on this machine.");
}

// Chooses the alarm, and goes to the screen and the moment that show it best.
void Desk::show_evidence(const present::ShowEvidence& command) {
  if (watch_ == nullptr) return;
  const auto& known = watch_->findings().entries();
  const auto found = known.find(command.alarm.id);
  if (found == known.end()) return;
  const present::Evidence evidence =
      present::evidence_of(found->second.finding, command.at_its_time);
  if (evidence.moment) seek(*evidence.moment);
  present::apply(present::Open{command.alarm}, view_, 0);
  view_.screen = evidence.screen;
  view_.locks_view = evidence.graph ? present::LocksView::Graph : view_.locks_view;
}

void Desk::step_to(const present::Step& step) {
  if (watch_ == nullptr) return;
  session::Session& session = watch_->session();
  const std::uint64_t here = session.cursor_ns();
  std::optional<std::uint64_t> best;
  const auto consider = [&](std::uint64_t t) {
    const bool beyond = step.forward ? t > here : t < here;
    if (t != 0 && beyond && (!best || (step.forward ? t < *best : t > *best))) best = t;
  };
  if (step.unit == present::StepUnit::Alarm) {
    for (const analysis::Finding& finding : watch_->findings().findings())
      consider(finding.since_ns);
  } else {
    const session::ChunkStore& chunks = session.chunks();
    for (std::size_t i = chunks.first(); i < chunks.end(); ++i) {
      const session::ChunkInfo info = chunks.info(i);
      if (step.forward ? info.t1_ns < here : info.t0_ns > here) continue;
      if (best && (step.forward ? info.t0_ns > *best : info.t1_ns < *best)) continue;
      const auto batch = chunks.load(i);
      if (!batch) continue;
      for (const auto& event : batch->events) {
        if (event.kind != mp::wire::EventKind::Tick) consider(event.t_ns);
      }
    }
  }
  if (best) session.seek(*best);
}

}  // namespace inspector::app
