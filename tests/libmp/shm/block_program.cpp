// A program of its own that makes or attaches blocks, for tests of what stays behind of it. What it
// is to do: see kTasks.
#include "os/process_id.hpp"
#include "shm/tracker.hpp"
#include <libmp/libmp.hpp>

#include <filesystem>
#include <functional>
#include <iostream>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using Words = std::vector<std::string>;

[[noreturn]] void wait_to_be_killed() {
  for (;;) ::pause();
}

mp::SharedMemory make_block() { return mp::SharedMemory(mp::create, 10); }

void say(const std::string& text) { std::cout << text << std::endl; }

// Makes so many blocks, says their names, and is killed.
void hold(const Words& words) {
  std::vector<mp::SharedMemory> blocks;
  for (int i = 0; i < std::stoi(words.at(0)); ++i) {
    blocks.push_back(make_block());
    say(blocks.back().name());
  }
  wait_to_be_killed();
}

// Closes its block and ends.
void leave(const Words&) { say(make_block().name()); }

// Does everything right.
void tidy(const Words&) {
  mp::SharedMemory block = make_block();
  block.unlink();
  block.close();
}

// Attaches one, closes it and ends.
void attach(const Words& words) {
  mp::SharedMemory block(words.at(0), {.track = words.at(1) == "tracked"});
  block.close();
}

void hold_in_child() {
  const mp::SharedMemory block = make_block();
  say(std::to_string(::getpid()) + " " + block.name());
  wait_to_be_killed();
}

// The same in a child, whose pid it says too.
void hold_below(const Words& words) {
  mp::Process child({.start_method = words.at(0)}, hold_in_child);
  child.start();
  child.join();
  wait_to_be_killed();
}

void leave_in_child(mp::Queue<std::string> names) { names.put(make_block().name()); }

// A child makes a block and ends; then its parent looks for it.
void inherit(const Words& words) {
  mp::Queue<std::string> names;
  mp::Process child({.start_method = words.at(0)}, leave_in_child, names);
  child.start();
  mp::SharedMemory found{[&] {
    child.join();
    return names.get();
  }()};
  found.unlink();
  say("found");
}

void say_tracker(mp::Queue<int> pids) {
  mp::SharedMemory block = make_block();
  block.unlink();
  pids.put(static_cast<int>(mp::shm::tracker_pid()));
}

// Whether a child has the tracker of its parent, whichever of them needs it first.
void share(const Words& words) {
  mp::Queue<int> pids;
  mp::Process child({.start_method = words.at(0)}, say_tracker, pids);
  child.start();
  child.join();
  mp::SharedMemory block = make_block();
  block.unlink();
  say(static_cast<int>(mp::shm::tracker_pid()) == pids.get() ? "shared" : "two trackers");
}

void wait_for(const std::function<bool()>& is_so) {
  while (!is_so()) ::usleep(1000);
}

// Signals the tracker, has it clean up after a process that leaves a block behind, and says whether
// it is still the same.
void signal_tracker(const Words& words) {
  make_block().unlink();
  const std::uint32_t before = mp::shm::tracker_pid();
  ::kill(static_cast<pid_t>(before), std::stoi(words.at(0)));
  const std::string name = "libmp_signal_" + std::to_string(::getpid());
  if (::fork() == 0) {
    const mp::SharedMemory block(mp::create, 10, {.name = name});
    ::_exit(0);
  }
  int status = 0;
  ::wait(&status);
  wait_for([&name] { return !std::filesystem::exists("/dev/shm/" + name); });
  say(mp::shm::tracker_pid() == before ? "the same" : "another");
}

bool has_ended(std::uint32_t pid) {
  const auto status = mp::os::process_status(pid);
  return !status || mp::os::has_ended(*status);
}

void kill_tracker() {
  const std::uint32_t pid = mp::shm::tracker_pid();
  ::kill(static_cast<pid_t>(pid), SIGKILL);
  wait_for([pid] { return has_ended(pid); });
}

// Kills the tracker, uses it, says the name of a block that the killed one knew, and is killed.
void restart(const Words&) {
  const mp::SharedMemory block = make_block();
  kill_tracker();
  mp::SharedMemory other = make_block();
  other.unlink();
  say(block.name());
  wait_to_be_killed();
}

std::uint64_t journal_bytes() {
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code ignored;
    const std::string path = std::filesystem::read_symlink(entry, ignored);
    struct stat info{};
    if (path.find("memfd:libmp-tracker") != std::string::npos &&
        ::stat(entry.path().c_str(), &info) == 0)
      return static_cast<std::uint64_t>(info.st_blocks) * 512;
  }
  return 0;
}

// Makes and unlinks thousands, until the journal has been rewritten; then as restart().
void churn(const Words&) {
  const mp::SharedMemory block = make_block();
  constexpr int kEnoughFor10Rewrites = 7000;
  for (int i = 0; i < kEnoughFor10Rewrites; ++i) make_block().unlink();
  wait_for([] { return journal_bytes() < (2u << 20); });
  kill_tracker();
  make_block().unlink();
  say(block.name());
  wait_to_be_killed();
}

// For ever makes blocks called PREFIX and a number: closes some, unlinks some, keeps some.
void storm(const Words& words) {
  std::mt19937 random(static_cast<unsigned>(::getpid()));
  std::vector<mp::SharedMemory> kept;
  say("begun");
  for (int i = 0;; ++i) {
    mp::SharedMemory block(mp::create, 5000, {.name = words.at(0) + std::to_string(i)});
    const auto fate = random() % 4;
    if (fate == 0) block.unlink();
    if (fate == 1) kept.push_back(block);
    if (kept.size() > 20) kept.clear();
    if (i % 50 == 49) say("more");
  }
}

const std::map<std::string, void (*)(const Words&)> kTasks = {{"hold", hold},
                                                              {"leave", leave},
                                                              {"tidy", tidy},
                                                              {"attach", attach},
                                                              {"hold_below", hold_below},
                                                              {"inherit", inherit},
                                                              {"share", share},
                                                              {"signal", signal_tracker},
                                                              {"restart", restart},
                                                              {"churn", churn},
                                                              {"storm", storm}};

}  // namespace

int main(int argc, char** argv) {
  mp::freeze_support(argc, argv);
  try {
    kTasks.at(argv[1])(Words(argv + 2, argv + argc));
  } catch (const std::exception& error) {
    std::cerr << error.what() << std::endl;
    return 1;
  }
  return 0;
}
