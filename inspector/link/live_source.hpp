// LiveSource: the events that a reporter sends over a libmp Connection.
#pragma once

#include <libmp/connection.hpp>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "session/event_source.hpp"
#include "symbols/symbols.hpp"

namespace inspector::link {

// Threads: one of its own reads, decodes, and looks up the names of call sites; the session takes what it has put down. When the session does not take for
// long, reading stops and the reporter's rings count what is lost: nothing here grows without bound.
// A frame that is none, or a stream with a hole, ends the connection: state() is Lost and trouble() says why.
class LiveSource final : public session::EventSource {
 public:
  // `about` names the peer in trouble().
  LiveSource(mp::Connection peer, std::string about);
  ~LiveSource() override;
  LiveSource(const LiveSource&) = delete;
  LiveSource& operator=(const LiveSource&) = delete;

  std::vector<session::BatchPtr> take() override;
  [[nodiscard]] session::SourceState state() const override;
  [[nodiscard]] std::string trouble() const override;
  [[nodiscard]] session::Capabilities capabilities() const override { return {.can_follow = true, .can_command = true}; }
  [[nodiscard]] std::optional<mp::wire::HelloFrame> hello() const override;
  void set_level(std::uint32_t level) override;

  // Blocks until there is something to take, the source has ended, or the time is up.
  void wait(std::chrono::milliseconds timeout);

 private:
  void read();
  void read_frames();
  void accept_frame(mp::wire::Frame frame);
  void name_call_sites(mp::wire::Batch& batch);
  void send_orders();
  void end(session::SourceState state, std::string trouble);

  mp::Connection peer_;       // the reading thread's
  symbols::Symbols symbols_;  // the reading thread's
  const std::string about_;
  std::uint64_t expected_ = 0;  // number of the next event; the reading thread's
  std::atomic<bool> stop_{false};
  std::atomic<int> wanted_level_{-1};

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<session::BatchPtr> inbox_;
  std::size_t inbox_events_ = 0;
  session::SourceState state_ = session::SourceState::Running;
  std::string trouble_;
  std::optional<mp::wire::HelloFrame> hello_;

  std::thread thread_;  // last: it uses all of the above
};

}  // namespace inspector::link
