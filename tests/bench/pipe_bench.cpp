// Connection: messages there and back, and large ones one way, over a Pipe between two processes.
#include "bench/bench.hpp"
#include "bench/groups.hpp"
#include <libmp/connection.hpp>
#include <libmp/listener.hpp>
#include <libmp/wait.hpp>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/resource.h>

namespace {

constexpr int kTrips = 50'000;
constexpr int kBlocks = 3'000;
constexpr std::size_t kBlockBytes = std::size_t{1} << 20;

void require(bool is_right) {
  if (!is_right) std::abort();
}

template <typename Ends, typename Echo, typename Trip>
void round_trip(const std::string& workload, Ends&& ends, Echo&& echo, Trip&& trip) {
  auto [near, far] = ends();
  const bench::Peer peer([&] {
    for (int i = 0; i < kTrips; ++i) echo(far);
  });
  const bench::Stopwatch watch;
  for (int i = 0; i < kTrips; ++i) trip(near, i);
  bench::report(workload, watch.seconds() / kTrips * 1e6, "us/rtt");
}

void objects() {
  round_trip(
      "pipe_rtt_obj", [] { return mp::Pipe(); }, [](mp::Connection& far) { far.send(far.recv()); },
      [](mp::Connection& near, int i) {
        near.send(i);
        require(near.recv<int>() == i);
      });
}

template <typename Ends>
void bytes(const std::string& workload, Ends&& ends) {
  std::array<std::byte, 64> message{};
  round_trip(
      workload, ends,
      [&](mp::Connection& far) {
        require(far.recv_bytes_into(message) == message.size());
        far.send_bytes(message);
      },
      [&](mp::Connection& near, int) {
        near.send_bytes(message);
        require(near.recv_bytes_into(message) == message.size());
      });
}

// Two strangers, who meet by a name.
std::pair<mp::Connection, mp::Connection> unix_connection() {
  mp::Listener listener;
  mp::Connection near = mp::Client(listener.address());
  return {std::move(near), listener.accept()};
}

// Small messages one way, as fast as they are taken.
void stream() {
  constexpr int kMessages = 500'000;
  std::array<std::byte, 64> message{};
  auto [near, far] = mp::Pipe();
  const bench::Stopwatch watch;
  {
    const bench::Peer sink([&] {
      for (int i = 0; i < kMessages; ++i) require(far.recv_bytes_into(message) == message.size());
    });
    for (int i = 0; i < kMessages; ++i) near.send_bytes(message);
  }
  bench::report("pipe_bytes64", kMessages / watch.seconds(), "msg/s");
}

// `take` receives one block and returns its size.
template <typename Take>
void bulk(std::string_view workload, Take&& take) {
  auto [near, far] = mp::Pipe();
  const std::vector<std::byte> block(kBlockBytes);
  const bench::Stopwatch watch;
  {
    const bench::Peer sink([&] {
      for (int i = 0; i < kBlocks; ++i) require(take(far) == kBlockBytes);
    });
    for (int i = 0; i < kBlocks; ++i) near.send_bytes(block);
  }
  bench::report(workload, kBlocks * static_cast<double>(kBlockBytes) / watch.seconds() / 1e6,
                "MB/s");
}

// One call for a thousand connections, of which the last is ready.
void wait_for_many() {
  constexpr int kConnections = 1000;
  constexpr int kCalls = 2000;
  rlimit limit{};
  require(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
  limit.rlim_cur = limit.rlim_max;
  require(::setrlimit(RLIMIT_NOFILE, &limit) == 0);
  std::vector<std::pair<mp::Connection, mp::Connection>> pipes;
  std::vector<mp::Waitable> readers;
  for (int i = 0; i < kConnections; ++i) {
    readers.emplace_back(pipes.emplace_back(mp::Pipe(false)).first);
  }
  pipes.back().second.send(1);
  const double seconds =
      bench::best_seconds(kCalls, [&] { require(mp::wait(readers).size() == 1); });
  bench::report("wait_1000", seconds * 1e6, "us/call");
}

}  // namespace

void bench_pipe() {
  objects();
  bytes("pipe_rtt_bytes64", [] { return mp::Pipe(); });
  bytes("pipe_rtt_bytes64(unix connection)", unix_connection);
  stream();
  std::vector<std::byte> buffer(kBlockBytes);
  bulk("pipe_bulk_1MiB", [&](mp::Connection& far) { return far.recv_bytes_into(buffer); });
  bulk("pipe_bulk_1MiB(recv_bytes)", [](mp::Connection& far) { return far.recv_bytes().size(); });
  wait_for_many();
}
