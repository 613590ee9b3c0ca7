// The session of the chapter "Logging" in Python's documentation, as a program. Python's manager is
// a process that serves until it is told to stop; that is what stands for it here.
#include <libmp/libmp.hpp>

#include <string>
#include <utility>

// Named after its class and its place in the family: SyncManager-1.
class SyncManager : public mp::Process {
 public:
  SyncManager(mp::Connection orders, mp::Connection replies)
      : orders_(std::move(orders)), replies_(std::move(replies)) {}

 private:
  void run() override {
    replies_.send("serving");
    while (orders_.recv<std::string>() != "shutdown") {
    }
  }

  mp::Connection orders_;
  mp::Connection replies_;
};

int main() {
  mp::Logger* logger = mp::log_to_stderr();
  logger->set_level(mp::INFO);
  logger->warning("doomed");

  auto [orders, to_manager] = mp::Pipe(false);
  auto [from_manager, replies] = mp::Pipe(false);
  SyncManager manager(std::move(orders), std::move(replies));
  manager.start();
  (void)from_manager.recv();  // it serves

  logger->info("sending shutdown message to manager");
  to_manager.send("shutdown");
  manager.join();
}
