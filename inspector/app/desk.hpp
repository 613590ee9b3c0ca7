// Desk: what lies on the user's desk: the sessions, the one in view, the choices made, and the
// carrying out of commands. Knows no window; a frame is step(), then whatever draws, then
// carry_out().
#pragma once

#include "app/machine.hpp"
#include "app/program.hpp"
#include "app/watch.hpp"
#include "link/server.hpp"
#include "present/vms.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace inspector::app {

class Desk {
 public:
  struct Settings {
    std::vector<std::string> listen{""};  // addresses; none: nobody can connect
    std::string key;
    std::string recordings = Machine::recordings_folder();
  };
  explicit Desk(const Settings& settings);

  // -- a frame
  // Takes what has come, moves time on and builds what the visible screen shows.
  void step(std::uint64_t now_ns);
  void carry_out(const present::Commands& commands);
  [[nodiscard]] const present::Vms& vms() const noexcept { return vms_; }
  [[nodiscard]] const present::ViewState& view() const noexcept { return view_; }
  [[nodiscard]] present::ViewState& view() noexcept { return view_; }
  [[nodiscard]] bool wants_to_quit() const noexcept { return quit_; }
  // A picture was asked for; says so once.
  bool take_picture_request() { return std::exchange(picture_, false); }
  // Something in view has changed since the last frame: draw soon.
  [[nodiscard]] bool lively() const noexcept { return lively_; }
  void set_frames_per_second(float value) noexcept { frames_per_second_ = value; }

  // -- what lies on it. Failures become notices; true if it worked.
  bool open_recording(const std::string& path);
  bool attach_to(const std::string& tree_dir);
  bool attach_to_pid(std::uint32_t pid);
  bool start_program(const std::vector<std::string>& argv);
  bool start_demo(const std::string& mode);
  void close_session();
  [[nodiscard]] Watch* watch() noexcept { return watch_; }
  [[nodiscard]] Machine& machine() noexcept { return machine_; }
  void say(present::Tone tone, std::string text);
  [[nodiscard]] std::string last_notice() const {
    return notices_.empty() ? std::string() : notices_.back().text;
  }

 private:
  void take_connections();
  void show(std::unique_ptr<Watch> watch);
  void follow_cursor();
  [[nodiscard]] present::SessionFacts session_facts();
  void carry_out_one(const present::Command& command);
  void seek(present::Moment to);
  void start_recording();
  void stop_recording();
  void end_process(const present::EndProcess& command);
  void show_evidence(const present::ShowEvidence& command);
  void step_to(const present::Step& step);

  Settings settings_;
  std::unique_ptr<link::Server> server_;
  Machine machine_;
  std::vector<std::unique_ptr<Program>> programs_;  // started here; ended with the desk
  std::vector<std::unique_ptr<Watch>> watches_;
  Watch* watch_ = nullptr;  // in view; null: the sessions screen
  present::ViewState view_;
  present::Vms vms_;
  model::Model empty_;
  std::vector<present::NoticeFacts> notices_;
  std::uint64_t next_notice_ = 1;
  std::uint64_t last_step_ns_ = 0;
  std::uint64_t rate_at_ns_ = 0;
  std::uint64_t rate_events_ = 0;
  double events_per_second_ = 0;
  float frames_per_second_ = 0;
  int level_ = 2;
  bool lively_ = false;
  bool picture_ = false;
  bool quit_ = false;
};

}  // namespace inspector::app
