// Two workers that wait for each other's first word, the second in wait(), and a client that a
// listener serves meanwhile.
#include <libmp/libmp.hpp>
#include <libmp/listener.hpp>
#include <libmp/wait.hpp>

#include <chrono>
#include <string>

namespace {

using namespace std::chrono_literals;

constexpr int kQuestions = 50;

void listen_first(mp::Connection end) { static_cast<void>(end.recv_bytes()); }

void look_first(mp::Connection end) { static_cast<void>(mp::wait({end})); }

void ask(const mp::Address& address) {
  mp::Connection server = mp::Client(address);
  for (int i = 0; i < kQuestions; ++i) {
    server.send_bytes(std::string(100, '?'));
    static_cast<void>(server.recv_bytes());
  }
}

void serve(mp::Listener& listener) {
  mp::Connection client = listener.accept();
  for (int i = 0; i < kQuestions; ++i) {
    static_cast<void>(client.recv_bytes());
    client.send_bytes("!");
  }
}

}  // namespace

int main() {
  mp::Listener listener({.family = mp::AddressFamily::Unix});
  mp::Process client({.name = "client"}, [&] { ask(listener.address()); });
  client.start();
  serve(listener);
  client.join();

  auto [left, right] = mp::Pipe();
  mp::Process worker_1({.name = "worker-1"}, listen_first, std::move(left));
  mp::Process worker_2({.name = "worker-2"}, look_first, std::move(right));
  worker_1.start();
  worker_2.start();
  worker_1.join(4s);  // long enough to be called a deadlock
  worker_1.terminate();
  worker_2.terminate();
  worker_1.join();
  worker_2.join();
  return 0;
}
