// Listener and Client: how long a client that knows the key takes until it is served, alone with
// its like, and when every fifth that comes is silent or talks nonsense.
#include "bench/bench.hpp"
#include "bench/groups.hpp"
#include <libmp/connection.hpp>
#include <libmp/exceptions.hpp>
#include <libmp/listener.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

constexpr int kThreads = 8;
constexpr int kRounds = 5;
constexpr int kClients = 1000;
constexpr int kGood = kClients * 8 / 10;
const std::string kKey = "secret password";

enum class Manner { Good, Silent, Garbage };

Manner manner_of(std::size_t client) {
  if (client % 10 == 3) return Manner::Silent;
  return client % 10 == 7 ? Manner::Garbage : Manner::Good;
}

void serve(mp::Listener& listener) {
  for (int served = 0; served < kGood;) {
    try {
      listener.accept().send("served");
      ++served;
    } catch (const mp::AuthenticationError&) {
    }
  }
}

// Seconds from its first call to its answer.
double be_served(const mp::Address& address) {
  const bench::Stopwatch watch;
  mp::Connection connection =
      mp::Client(address, {.authkey = kKey, .handshake_timeout = std::chrono::seconds(20)});
  (void)connection.recv();
  return watch.seconds();
}

// All clients, by a few threads; what the good ones took. The bad ones stay to the end.
std::vector<double> come(const mp::Address& address, bool with_bad) {
  std::vector<double> seconds;
  std::vector<mp::Connection> bad;
  std::mutex mutex;
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t client = next++; client < kClients; client = next++) {
      const Manner manner = manner_of(client);
      if (manner == Manner::Good) {
        const double took = be_served(address);
        const std::scoped_lock lock(mutex);
        seconds.push_back(took);
      } else if (with_bad) {
        mp::Connection peer = mp::Client(address);
        if (manner == Manner::Garbage) peer.send_bytes("let me in, I have forgotten the key");
        const std::scoped_lock lock(mutex);
        bad.push_back(std::move(peer));
      }
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) threads.emplace_back(work);
  for (std::thread& thread : threads) thread.join();
  return seconds;
}

// In microseconds.
double p99(bool with_bad) {
  mp::Listener listener({.authkey = kKey});
  auto [result, report_result] = mp::Pipe(false);
  const bench::Peer clients([&] { report_result.send(come(listener.address(), with_bad)); });
  serve(listener);
  auto seconds = result.recv<std::vector<double>>();
  std::sort(seconds.begin(), seconds.end());
  return seconds.at(seconds.size() * 99 / 100) * 1e6;
}

}  // namespace

// In turn, so that whatever else the machine does befalls both; what disturbs only adds.
void bench_listener() {
  double good = p99(false);
  double with_bad = p99(true);
  for (int i = 1; i < kRounds; ++i) {
    good = std::min(good, p99(false));
    with_bad = std::min(with_bad, p99(true));
  }
  bench::report("accept_p99_good", good, "us");
  bench::report("accept_p99_with_bad", with_bad, "us");
  bench::report("accept_p99_with_bad(ratio)", with_bad / good, "x");
}
