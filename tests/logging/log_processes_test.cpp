// The logger among many processes and threads: what children inherit, whole lines, forks in
// between.
#include "support/child_scope.hpp"
#include "support/temp_dir.hpp"
#include <libmp/log.hpp>
#include <libmp/process.hpp>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include <gmock/gmock.h>

namespace {

using mp::get_logger;
using support::ChildScope;
using ::testing::HasSubstr;

constexpr std::chrono::seconds kPatience{60};

std::string run(const std::function<void()>& body) {
  ChildScope child(
      [&] {
        body();
        return 0;
      },
      kPatience);
  const auto& end = child.wait();
  EXPECT_TRUE(end.ok()) << end.text();
  return end.output;
}

void in_child(const std::function<void()>& body, const std::string& name = "") {
  mp::Process child({.name = name}, body);
  child.start();
  child.join();
  if (child.exitcode() != 0) throw mp::SystemExit(1);
}

TEST(LogInChildren, TheLevelAndTheHandlersAreInherited) {
  EXPECT_EQ(run([] {
              mp::log_to_stderr(mp::ERROR);
              in_child([] { get_logger()->error("from the child"); }, "worker");
            }),
            "[ERROR/worker] from the child\n");
}

TEST(LogInChildren, AChangeThereIsNoneHere) {
  EXPECT_EQ(run([] {
              mp::log_to_stderr(mp::ERROR);
              in_child([] {
                get_logger()->set_level(mp::CRITICAL);
                get_logger()->remove_handler(get_logger()->handlers().front());
              });
              get_logger()->error("here");
            }),
            "[ERROR/MainProcess] here\n");
}

TEST(LogInChildren, GrandchildrenAndRenamedOnesSayWhoTheyAre) {
  EXPECT_EQ(run([] {
              mp::log_to_stderr(mp::ERROR);
              in_child([] {
                in_child([] { get_logger()->error("a"); });
                mp::current_process().set_name("renamed");
                get_logger()->error("b");
              });
            }),
            "[ERROR/Process-1:1] a\n[ERROR/renamed] b\n");
}

TEST(LogInChildren, ABareForkKeepsTheNameOfItsParent) {
  EXPECT_EQ(run([] {
              mp::log_to_stderr(mp::ERROR);
              const pid_t pid = ::fork();
              if (pid == 0) {
                get_logger()->error("x");
                ::_exit(0);
              }
              ::waitpid(pid, nullptr, 0);
            }),
            "[ERROR/MainProcess] x\n");
}

// "[INFO/writer-3] 2:17 xxxx.": as many x as follow from the two numbers.
std::string line_of(int thread, int number) {
  const std::size_t length = static_cast<std::size_t>(thread * 977 + number * 131) % 3900;
  return std::to_string(thread) + ":" + std::to_string(number) + " " + std::string(length, 'x') +
         ".";
}

constexpr int kProcesses = 6;
constexpr int kThreads = 4;
constexpr int kLines = 50;

void write_many() {
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([thread] {
      for (int number = 0; number < kLines; ++number) get_logger()->error(line_of(thread, number));
    });
  }
  for (std::thread& thread : threads) thread.join();
}

void write_from_many_processes() {
  std::vector<mp::Process> writers;
  for (int i = 0; i < kProcesses; ++i) {
    writers.emplace_back(mp::ProcessOptions{.name = "writer-" + std::to_string(i)}, write_many);
    writers.back().start();
  }
  for (mp::Process& writer : writers) writer.join();
}

void expect_whole_lines(const std::string& text) {
  std::map<std::string, int> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) ++lines[line];
  for (int i = 0; i < kProcesses; ++i) {
    for (int thread = 0; thread < kThreads; ++thread) {
      for (int number = 0; number < kLines; ++number) {
        const auto found =
            lines.find("[ERROR/writer-" + std::to_string(i) + "] " + line_of(thread, number));
        ASSERT_NE(found, lines.end()) << i << " " << thread << ":" << number;
        EXPECT_EQ(found->second, 1);
        lines.erase(found);
      }
    }
  }
  EXPECT_TRUE(lines.empty()) << "torn: " << lines.begin()->first;
}

TEST(LogLines, OfManyProcessesAndThreadsStayWholeInAPipe) {
  expect_whole_lines(run([] {
    mp::log_to_stderr(mp::ERROR);
    write_from_many_processes();
  }));
}

TEST(LogLines, OfManyProcessesAndThreadsStayWholeInAFile) {
  const support::TempDir dir;
  run([&] {
    get_logger()->add_handler(mp::FileHandler((dir / "x.log").string()));
    write_from_many_processes();
  });

  std::ifstream file(dir / "x.log");
  expect_whole_lines({std::istreambuf_iterator<char>(file), {}});
}

// A child inherits the logger in whatever state the other threads have it: it must find it whole
// and free.
TEST(LogAndFork, AChildForkedWhileOthersLogAndChangeHandlersCanDoBoth) {
  run([] {
    get_logger()->set_level(mp::INFO);
    std::atomic<bool> stop = false;
    std::vector<std::thread> others;
    for (int i = 0; i < 3; ++i) {
      others.emplace_back([&stop] {
        const mp::LogHandler mine([](const mp::LogRecord&) {});
        while (!stop) {
          get_logger()->add_handler(mine);
          get_logger()->info("x");
          get_logger()->set_level(mp::INFO);
          get_logger()->remove_handler(mine);
        }
      });
    }
    for (int i = 0; i < 50; ++i) {
      mp::Process child([] {
        get_logger()->add_handler([](const mp::LogRecord&) {});
        get_logger()->error("x");
        mp::current_process().set_name("renamed");
      });
      child.start();
      if (!child.join(std::chrono::seconds(20)) || child.exitcode() != 0) {
        get_logger()->error("a child hangs or failed");
        ::_exit(1);
      }
    }
    stop = true;
    for (std::thread& other : others) other.join();
  });
}

TEST(LogAndFork, AChildForkedByAHandlerRuns) {
  EXPECT_THAT(run([] {
                mp::log_to_stderr(mp::ERROR);
                get_logger()->add_handler([](const mp::LogRecord& record) {
                  if (record.message == "fork") in_child([] { get_logger()->error("forked"); });
                });
                get_logger()->error("fork");
              }),
              HasSubstr("[ERROR/Process-1] forked\n"));
}

TEST(LogAtExit, ExitHandlersLog) {
  EXPECT_THAT(run([] {
                mp::log_to_stderr(mp::ERROR);
                in_child([] {
                  std::atexit([] { get_logger()->error("goodbye"); });
                  std::exit(0);
                });
              }),
              HasSubstr("[ERROR/Process-1] goodbye\n"));
}

}  // namespace
