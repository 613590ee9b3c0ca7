// The program that log_peer.py is too; log_parity_test.cpp compares what they print.
#include <libmp/connection.hpp>
#include <libmp/log.hpp>
#include <libmp/process.hpp>

#include <utility>

#include <unistd.h>

namespace {

void says_hello() { mp::get_logger()->info("hello from the child"); }

void exits() { throw mp::SystemExit(3); }

void sleeps(mp::Connection connection) {
  connection.send(1);
  for (;;) ::pause();
}

}  // namespace

int main() {
  mp::Logger* logger = mp::log_to_stderr();
  logger->set_level(mp::INFO);
  logger->debug("not to be seen");
  logger->warning("doomed");
  logger->sub_warning("a level without a name");
  logger->log(32, "and another");
  logger->critical("two\nlines");

  mp::Process hello(says_hello);
  hello.start();
  hello.join();
  mp::Process worker({.name = "Worker"}, exits);
  worker.start();
  worker.join();
  auto [reader, writer] = mp::Pipe(false);
  mp::Process daemon({.daemon = true}, sleeps, std::move(writer));
  daemon.start();
  (void)reader.recv();
}
