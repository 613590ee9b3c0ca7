#include "crew.hpp"

#include "folder.hpp"
#include "pack.hpp"

#include <csignal>
#include <cstdio>
#include <iostream>
#include <mutex>
#include <thread>

#include <unistd.h>

namespace pipeline {
namespace {

using namespace std::chrono_literals;

constexpr int kTroubleAt = 3;  // the worker's third file

std::string short_name(const std::string& file) { return std::filesystem::path(file).filename(); }

// Mode deadlock: worker-1 takes `index` and then wants `totals`, worker-2 the other way round. In a
// real program the two would have to be unlucky; these meet before they take their first lock, so
// that neither waits for the other's already, and again when both hold it.
void cross_paths(Line& line, int number) {
  mp::Lock& first = number == 1 ? line.index : line.totals;
  mp::Lock& second = number == 1 ? line.totals : line.index;
  mp::inspect::note("checking the books");
  line.meeting.wait();
  const std::scoped_lock guard(first);
  line.meeting.wait();
  const std::scoped_lock other(second);
}

// Mode kill: dies like a process that the kernel kills for its memory, in the middle of a line,
// holding `totals`.
void die_while_writing(const Line& line, const Entry& entry) {
  std::this_thread::sleep_for(60ms);  // the others come and wait
  line.ledger.begin(entry);
  ::kill(::getpid(), SIGKILL);
}

class Worker {
 public:
  Worker(Line line, int number) : line_(std::move(line)), number_(number) {}

  void run() {
    for (Job job = line_.jobs.get(); !job.file.empty(); job = line_.jobs.get()) {
      ++taken_;
      if (line_.options.mode == Mode::Deadlock && taken_ == kTroubleAt && number_ <= 2)
        cross_paths(line_, number_);
      handle(job);
    }
    mp::inspect::note("");
  }

 private:
  void handle(const Job& job) {
    mp::inspect::note("hashing " + short_name(job.file));
    const std::string content = read_file(job.file);
    bool is_new = false;
    {
      const std::scoped_lock guard(line_.index);
      is_new = line_.known.add(job.pass, checksum(content));
    }
    finish({.file = job.file, .is_copy = !is_new}, content);
  }

  // A copy costs nothing. What is left to do for a file once it is known whether it is one.
  void finish(Entry entry, const std::string& content) {
    entry.bytes = content.size();
    if (!entry.is_copy) {
      mp::inspect::note("compressing " + short_name(entry.file));
      entry.packed = packed_size(content);
    }
    count(entry);
    line_.results.put({entry.file, entry.bytes, entry.packed});
  }

  // The lock says so if its owner has died; what to do about it is for us to know.
  void count(const Entry& entry) {
    mp::inspect::note("counting " + short_name(entry.file));
    for (;;) {
      try {
        const std::scoped_lock guard(line_.totals);
        if (line_.options.mode == Mode::Kill && number_ == 2 && taken_ == kTroubleAt)
          die_while_writing(line_, entry);
        line_.ledger.begin(entry);
        line_.ledger.finish(entry);
        return;
      } catch (const mp::OwnerDied& death) {
        repair(death);
      }
    }
  }

  void repair(const mp::OwnerDied& death) {
    const std::string me = mp::current_process().name();
    const auto age = line_.ledger.age();
    try {
      line_.totals.recover();
    } catch (const mp::RuntimeError&) {
      return;  // another worker was quicker: the lock is in order again
    }
    std::optional<Entry> lost;
    {
      const std::scoped_lock guard(std::adopt_lock, line_.totals);
      lost = line_.ledger.repair();
    }
    say(me + ": " + death.what());
    say(me + ": learned it within " + std::to_string(age.count()) + " ms; " +
        (lost ? "half a line removed, now doing " + short_name(lost->file) + " again"
              : "nothing was lost"));
    if (lost) finish({.file = lost->file, .is_copy = lost->is_copy}, read_file(lost->file));
  }

  Line line_;
  int number_;
  int taken_ = 0;
};

// A line that is written over on a terminal, one a second elsewhere.
class Summary {
 public:
  void expect(int files) { expected_ += files; }

  void add(const Result& result) {
    ++files_;
    bytes_ += result.bytes;
    packed_ += result.packed;
  }

  void show(const Line& line, bool is_last) {
    const auto now = std::chrono::steady_clock::now();
    if (!is_last && now - shown_ < (is_terminal_ ? 100ms : 1000ms)) return;
    shown_ = now;
    char text[160];
    std::snprintf(
        text, sizeof text,
        "%5d of %d files  %8.1f MB read  %8.1f MB packed  waiting: %2zu jobs, %zu results", files_,
        expected_, static_cast<double>(bytes_) / 1e6, static_cast<double>(packed_) / 1e6,
        line.jobs.qsize(), line.results.qsize());
    std::cout << (is_terminal_ ? "\r" : "") << text << (is_terminal_ && !is_last ? "" : "\n")
              << std::flush;
  }

 private:
  int files_ = 0;
  int expected_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t packed_ = 0;
  bool is_terminal_ = ::isatty(STDOUT_FILENO) == 1;
  std::chrono::steady_clock::time_point shown_ = std::chrono::steady_clock::now();
};

// What the reader has said since; its end of the pipe closes when it has said all.
void hear(mp::Connection& plan, Summary& summary) {
  try {
    while (!plan.closed() && plan.poll()) summary.expect(plan.recv<int>());
  } catch (const mp::EOFError&) {
    plan.close();
  }
}

}  // namespace

void say(const std::string& text) { std::cout << text + "\n" << std::flush; }

void read_folder(Line line, mp::Connection plan) {
  const auto begin = std::chrono::steady_clock::now();
  const auto run = line.options.run.value_or(0s);
  mp::inspect::note("listing " + line.options.folder.string());
  const auto files = list_files(line.options.folder);
  int pass = 0;
  do {
    ++pass;
    mp::inspect::note("handing out the files, round " + std::to_string(pass));
    plan.send(static_cast<int>(files.size()));
    for (const auto& file : files) line.jobs.put({file.string(), pass});
  } while (line.options.mode != Mode::Deadlock && !files.empty() &&
           std::chrono::steady_clock::now() - begin < run);
  for (int i = 0; i < line.options.workers; ++i) line.jobs.put({});
}

void work(Line line, int number) { Worker(std::move(line), number).run(); }

void collect(Line line, mp::Connection plan) {
  Summary summary;
  for (;;) {
    hear(plan, summary);
    try {
      const Result result = line.results.get(100ms);
      if (result.file.empty()) break;
      summary.add(result);
      if (line.options.mode == Mode::Slow) {
        mp::inspect::note("thinking about " + short_name(result.file));
        std::this_thread::sleep_for(40ms);
      }
    } catch (const mp::Empty&) {  // a good moment to show that we are alive
    }
    summary.show(line, false);
  }
  summary.show(line, true);
}

}  // namespace pipeline
