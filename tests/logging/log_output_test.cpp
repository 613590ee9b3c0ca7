// What stands on stderr and in files, and what happens when they fail.
#include "logging/logging.hpp"
#include "support/child_scope.hpp"
#include "support/temp_dir.hpp"
#include <libmp/exceptions.hpp>
#include <libmp/log.hpp>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>

#include <fcntl.h>
#include <unistd.h>

#include <gmock/gmock.h>

namespace {

using mp::get_logger;
using support::ChildScope;
using ::testing::HasSubstr;

// What `body` puts on stderr and stdout in a process of its own, which must end well.
std::string output_of(const std::function<void()>& body) {
  ChildScope child([&] {
    body();
    return 0;
  });
  const auto& end = child.wait();
  EXPECT_TRUE(end.ok()) << end.text();
  return end.output;
}

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// For what is no claim but a test's own set-up, in a child whose failures only its exit code tells.
void require(bool holds) {
  if (!holds) throw mp::RuntimeError("the test could not be set up");
}

void replace_stderr(int fd) { require(::dup2(fd, STDERR_FILENO) == STDERR_FILENO); }

TEST(LogToStderr, PrintsLevelProcessAndMessage) {
  EXPECT_EQ(output_of([] { mp::log_to_stderr()->warning("doomed"); }),
            "[WARNING/MainProcess] doomed\n");
}

TEST(LogToStderr, TwiceCalledPrintsEachLineTwiceAsInPython) {
  EXPECT_EQ(output_of([] {
              mp::log_to_stderr();
              mp::log_to_stderr(mp::INFO)->info("x");
            }),
            "[INFO/MainProcess] x\n[INFO/MainProcess] x\n");
}

TEST(LogToStderr, WithoutHandlersOnlyTheBareMessageOfAWarningOrWorseIsPrinted) {
  EXPECT_EQ(output_of([] {
              get_logger()->set_level(mp::DEBUG);
              get_logger()->sub_warning("not this");
              get_logger()->warning("bare");
            }),
            "bare\n");
}

TEST(LogToStderr, AHandlerThatThrowsIsToldThereAndTheOthersAreCalledAllTheSame) {
  const std::string output = output_of([] {
    get_logger()->add_handler([](const mp::LogRecord&) { throw mp::ValueError("cannot do that"); });
    get_logger()->add_handler([](const mp::LogRecord&) { throw 42; });
    mp::log_to_stderr()->error("still told");
  });

  EXPECT_THAT(output, HasSubstr("--- Logging error ---\ncannot do that"));
  EXPECT_THAT(output, HasSubstr("no std::exception"));
  EXPECT_THAT(output, HasSubstr("[ERROR/MainProcess] still told\n"));
}

TEST(LogToStderr, ThatIsClosedHarmsNobody) {
  EXPECT_EQ(output_of([] {
              ::close(STDERR_FILENO);
              errno = 0;
              mp::log_to_stderr()->error("x");
              get_logger()->remove_handler(get_logger()->handlers().front());
              get_logger()->error("x");
              if (errno != 0) throw mp::RuntimeError("errno was changed");
            }),
            "");
}

TEST(LogToStderr, ThatIsFullHarmsNobody) {
  output_of([] {
    replace_stderr(::open("/dev/full", O_WRONLY | O_CLOEXEC));
    mp::log_to_stderr()->error("x");
  });
}

TEST(LogToStderr, ThatNobodyReadsRaisesNoSignal) {
  output_of([] {
    ::signal(SIGPIPE, SIG_DFL);
    int ends[2] = {-1, -1};
    require(::pipe2(ends, O_CLOEXEC) == 0);
    replace_stderr(ends[1]);
    ::close(ends[0]);
    mp::log_to_stderr()->error("x");
    get_logger()->remove_handler(get_logger()->handlers().front());
    get_logger()->error("x");
  });
}

TEST(LogToStderr, ThatDoesNotBlockLosesNothing) {
  constexpr int kRecords = 200;
  const std::string output = output_of([] {
    const int flags = ::fcntl(STDERR_FILENO, F_GETFL);
    require(::fcntl(STDERR_FILENO, F_SETFL, flags | O_NONBLOCK) == 0);
    mp::log_to_stderr();
    for (int i = 0; i < kRecords; ++i) get_logger()->error(std::string(4000, 'x'));
  });

  EXPECT_EQ(output.size(), kRecords * (4000 + std::string("[ERROR/MainProcess] \n").size()));
}

TEST(FileHandler, AppendsWhatIsLogged) {
  const support::TempDir dir;
  std::ofstream(dir / "x.log") << "before\n";

  output_of([&] {
    get_logger()->add_handler(mp::FileHandler((dir / "x.log").string()));
    get_logger()->error("one");
    get_logger()->critical("two");
  });

  EXPECT_EQ(content_of(dir / "x.log"),
            "before\n[ERROR/MainProcess] one\n[CRITICAL/MainProcess] two\n");
}

TEST(FileHandler, SaysWhatItCannotOpen) {
  try {
    (void)mp::FileHandler("/nowhere/x.log");
    ADD_FAILURE() << "opens it";
  } catch (const mp::OSError& error) {
    EXPECT_EQ(error.error_number(), ENOENT);
    EXPECT_THAT(error.what(), HasSubstr("/nowhere/x.log"));
  }
}

TEST(FileHandler, ThatIsFullIsToldOnStderr) {
  EXPECT_THAT(output_of([] {
                get_logger()->add_handler(mp::FileHandler("/dev/full"));
                get_logger()->error("x");
              }),
              HasSubstr("--- Logging error ---\nwrite: No space left on device"));
}

TEST(FileHandler, MeansTheSameFileInAChildThatIsStartedElsewhere) {
  const support::TempDir dir;
  output_of([&] {
    require(::chdir(dir.path().c_str()) == 0);
    get_logger()->add_handler(mp::FileHandler("x.log"));
    const mp::logging::Settings settings = mp::logging::settings();
    require(::chdir("/") == 0);
    mp::logging::apply(settings);
    get_logger()->error("x");
  });

  EXPECT_EQ(content_of(dir / "x.log"), "[ERROR/MainProcess] x\n[ERROR/MainProcess] x\n");
}

TEST(LogSettings, AFileThatCannotBeOpenedIsToldAndLeftOut) {
  EXPECT_THAT(
      output_of([] {
        mp::logging::apply(
            {.level = mp::INFO, .handlers = {{.path = "/nowhere/x.log"}, {.path = ""}}});
        get_logger()->info("runs");
      }),
      ::testing::AllOf(HasSubstr("/nowhere/x.log"), HasSubstr("[INFO/MainProcess] runs\n")));
}

}  // namespace
