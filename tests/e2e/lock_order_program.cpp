// Two workers, one after the other, take two locks in different orders. They never meet.
//   lock_order_program [fork|spawn|forkserver|gone]; gone: it removes its own file first
#include <libmp/libmp.hpp>

#include <filesystem>
#include <mutex>
#include <string>

namespace {

void transfer(mp::Lock index, mp::Lock totals) {
  const std::scoped_lock outer(index);   // transfer: outer
  const std::scoped_lock inner(totals);  // transfer: inner
}

void refund(mp::Lock index, mp::Lock totals) {
  const std::lock_guard outer(totals);  // refund: outer
  index.acquire();                      // refund: inner
  index.release();
}

int run(const char* name, void (*target)(mp::Lock, mp::Lock), const mp::Lock& index,
        const mp::Lock& totals) {
  mp::Process worker({.name = name}, target, index, totals);
  worker.start();
  worker.join();
  return worker.exitcode().value_or(1);
}

}  // namespace

int main(int argc, char** argv) {
  mp::freeze_support(argc, argv);
  const std::string how = argc > 1 ? argv[1] : "fork";
  if (how == "gone") std::filesystem::remove(std::filesystem::read_symlink("/proc/self/exe"));
  mp::set_start_method(how == "gone" ? "fork" : how);
  const mp::Lock index({.name = "index"});
  const mp::Lock totals({.name = "totals"});
  return run("worker-1", transfer, index, totals) + run("worker-2", refund, index, totals);
}
