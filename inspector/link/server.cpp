#include "link/server.hpp"

#include <libmp/exceptions.hpp>
#include <libmp/wait.hpp>

#include <algorithm>
#include <cerrno>

#include "os/runtime_dir.hpp"
#include "report/inspector_place.hpp"

namespace inspector::link {
namespace {

constexpr auto kTick = std::chrono::milliseconds(100);
constexpr std::size_t kMaxNotices = 100;

// A socket file that its inspector left behind when it was killed: nobody answers there.
bool is_stale(const mp::Address& address, const std::string& key) {
  if (address.family() != mp::AddressFamily::Unix || address.is_abstract()) return false;
  try {
    (void)mp::Client(address, {.authkey = key, .timeout = std::chrono::seconds(1)});
    return false;
  } catch (const mp::OSError& error) {
    return error.error_number() == ECONNREFUSED;
  } catch (const std::exception&) {
    return false;
  }
}

}  // namespace

Server::Server(const Options& options) {
  for (const std::string& address : options.addresses) listen_on(address, options.key);
  thread_ = std::thread([this] { accept_loop(); });
}

Server::~Server() {
  stop_ = true;
  thread_.join();
}

void Server::listen_on(const std::string& text, const std::string& key) {
  try {
    const mp::Address address = mp::report::inspector_address(text);
    if (is_stale(address, key)) mp::os::remove_file(address.path().c_str());
    mp::Listener listener(address,
                          {.authkey = key, .handshake_timeout = std::chrono::seconds(5)});
    listening_.push_back((address.family() == mp::AddressFamily::Unix ? "unix:" : "tcp:") + listener.address().str());
    listeners_.push_back(std::move(listener));
  } catch (const mp::OSError& error) {
    const bool taken = error.error_number() == EADDRINUSE;
    problems_.push_back(taken ? "another inspector listens there already: " + (text.empty() ? "the usual place" : text)
                              : std::string(error.what()));
  } catch (const std::exception& error) {
    problems_.emplace_back(error.what());
  }
}

void Server::accept_loop() {
  std::vector<mp::Waitable> waitables(listeners_.begin(), listeners_.end());
  while (!stop_) {
    if (waitables.empty()) {
      std::this_thread::sleep_for(kTick);
      continue;
    }
    for (const mp::Waitable& ready : mp::wait(waitables, kTick)) {
      const auto listener = std::find_if(listeners_.begin(), listeners_.end(),
                                         [&](const mp::Listener& one) { return one.fileno() == ready.fileno(); });
      if (listener != listeners_.end()) accept_from(*listener);
    }
  }
}

void Server::accept_from(mp::Listener& listener) {
  std::string notice;
  try {
    auto peer = listener.accept(std::chrono::nanoseconds::zero());
    if (!peer) return;
    auto source = std::make_unique<LiveSource>(*std::move(peer), listener.address().str());
    const std::lock_guard guard(mutex_);
    fresh_.push_back(std::move(source));
    return;
  } catch (const mp::AuthenticationError& error) {
    notice = "refused a peer that does not know the key (" + std::string(error.what()) + ")";
  } catch (const std::exception& error) {
    notice = "could not accept a peer: " + std::string(error.what());
  }
  const std::lock_guard guard(mutex_);
  if (notices_.size() < kMaxNotices) notices_.push_back(std::move(notice));
}

std::vector<std::unique_ptr<LiveSource>> Server::take_new() {
  const std::lock_guard guard(mutex_);
  return std::exchange(fresh_, {});
}

std::vector<std::string> Server::take_notices() {
  const std::lock_guard guard(mutex_);
  return std::exchange(notices_, {});
}

}  // namespace inspector::link
