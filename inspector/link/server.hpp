// Server: where programs started with MP_INSPECT report to. Accepts, authenticates and hands over live sources.
#pragma once

#include <libmp/listener.hpp>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "link/live_source.hpp"

namespace inspector::link {

// Threads: one, for all listeners. Strangers, wrong keys and silent peers cost one line each in notices() and disturb
// nobody else.
class Server {
 public:
  struct Options {
    std::vector<std::string> addresses{""};  // as in MP_INSPECT; "" is the rendezvous of this user
    std::string key;
  };
  // An address that cannot be had is a line in problems(), not an error: the others still serve.
  explicit Server(const Options& options);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // What has connected since the last call.
  std::vector<std::unique_ptr<LiveSource>> take_new();

  [[nodiscard]] const std::vector<std::string>& listening() const noexcept { return listening_; }
  [[nodiscard]] const std::vector<std::string>& problems() const noexcept { return problems_; }
  // Refused peers, one line each, since the last call.
  std::vector<std::string> take_notices();

 private:
  void listen_on(const std::string& address, const std::string& key);
  void accept_loop();
  void accept_from(mp::Listener& listener);

  std::vector<mp::Listener> listeners_;
  std::vector<std::string> listening_;
  std::vector<std::string> problems_;
  std::atomic<bool> stop_{false};
  std::mutex mutex_;
  std::vector<std::unique_ptr<LiveSource>> fresh_;
  std::vector<std::string> notices_;
  std::thread thread_;
};

}  // namespace inspector::link
