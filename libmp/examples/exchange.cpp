// "Exchanging objects between processes" in Python's documentation: by a queue, and by a pipe.
#include <libmp/libmp.hpp>

#include <iostream>
#include <utility>

namespace {

void put(mp::Queue<> q) { q.put(mp::list{42, nullptr, "hello"}); }

void send(mp::Connection conn) {
  conn.send(mp::list{42, nullptr, "hello"});
  conn.close();
}

}  // namespace

int main(int argc, char** argv) {
  mp::freeze_support(argc, argv);

  mp::Queue<> q;
  mp::Process by_queue(put, q);
  by_queue.start();
  std::cout << q.get() << '\n';
  by_queue.join();

  auto [parent_conn, child_conn] = mp::Pipe();
  mp::Process by_pipe(send, std::move(child_conn));
  by_pipe.start();
  std::cout << parent_conn.recv() << '\n';
  by_pipe.join();
}
