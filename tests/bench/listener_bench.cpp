// Listener and Client: how long a client that knows the key takes until it is served, alone with
// its like, and in a crowd of peers that are silent or talk nonsense.
#include "bench/bench.hpp"
#include "bench/groups.hpp"
#include <libmp/connection.hpp>
#include <libmp/exceptions.hpp>
#include <libmp/listener.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

constexpr int kThreads = 8;
constexpr int kClients = 1000;
constexpr int kBad = 100;  // of each kind
const std::string kKey = "secret password";

void serve(mp::Listener& listener) {
  for (int served = 0; served < kClients;) {
    try {
      listener.accept().send("served");
      ++served;
    } catch (const mp::AuthenticationError&) {
    }
  }
}

// Seconds that each client took, from its first call to its answer.
std::vector<double> come_and_go(const mp::Address& address) {
  std::vector<double> seconds(kClients);
  std::atomic<std::size_t> next{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (std::size_t client = next++; client < kClients; client = next++) {
        const bench::Stopwatch watch;
        mp::Connection connection =
            mp::Client(address, {.authkey = kKey, .handshake_timeout = std::chrono::seconds(20)});
        (void)connection.recv();
        seconds[client] = watch.seconds();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return seconds;
}

void measure(std::string_view workload, int bad) {
  mp::Listener listener({.authkey = kKey});
  auto [result, report_result] = mp::Pipe(false);
  const bench::Peer clients([&] {
    std::vector<mp::Connection> crowd;
    for (int i = 0; i < bad; ++i) {
      crowd.push_back(mp::Client(listener.address()));  // says nothing, ever
      crowd.push_back(mp::Client(listener.address()));
      crowd.back().send_bytes("let me in, I have forgotten the key");
    }
    report_result.send(come_and_go(listener.address()));
  });
  serve(listener);
  auto seconds = result.recv<std::vector<double>>();
  std::sort(seconds.begin(), seconds.end());
  bench::report(workload, seconds[kClients * 99 / 100] * 1e6, "us");
}

}  // namespace

void bench_listener() {
  measure("accept_p99", 0);
  measure("accept_p99(200 bad peers)", kBad);
}
