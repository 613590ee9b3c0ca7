// Levels, records and handlers of the logger, within one process.
#include "logging/logging.hpp"
#include <libmp/exceptions.hpp>
#include <libmp/log.hpp>

#include <string>
#include <vector>

#include <unistd.h>

#include <gmock/gmock.h>

namespace {

using mp::get_logger;
using mp::LogHandler;
using mp::LogRecord;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// There is one logger: each test finds it as a program does, and leaves it so.
class LoggerTest : public ::testing::Test {
 protected:
  LoggerTest() { reset(); }
  ~LoggerTest() override { reset(); }

  static void reset() {
    for (const LogHandler& handler : get_logger()->handlers())
      get_logger()->remove_handler(handler);
    get_logger()->set_level(mp::NOTSET);
    get_logger()->set_root_level(mp::WARNING);
    mp::logging::set_process_name("MainProcess");
  }

  // Keeps the lines that it is given.
  LogHandler into_lines() {
    return LogHandler([this](const LogRecord& record) { lines_.push_back(record.text()); });
  }

  std::vector<std::string> lines_;
};

using Logger = LoggerTest;

TEST_F(Logger, StartsWithoutLevelAndHandlers) {
  EXPECT_EQ(get_logger()->level(), mp::NOTSET);
  EXPECT_EQ(get_logger()->effective_level(), mp::WARNING);
  EXPECT_THAT(get_logger()->handlers(), IsEmpty());
}

TEST_F(Logger, IsOneForAll) { EXPECT_EQ(get_logger(), get_logger()); }

TEST_F(Logger, TheRootLevelCountsWhileItHasNoneOfItsOwn) {
  get_logger()->set_root_level(37);
  EXPECT_EQ(get_logger()->effective_level(), 37);

  get_logger()->set_level(32);
  EXPECT_EQ(get_logger()->effective_level(), 32);
  EXPECT_FALSE(get_logger()->is_enabled_for(31));
  EXPECT_TRUE(get_logger()->is_enabled_for(32));

  get_logger()->set_level(mp::NOTSET);
  EXPECT_EQ(get_logger()->effective_level(), 37);
}

TEST_F(Logger, LevelsAreNamedAsInPython) {
  get_logger()->add_handler(into_lines());
  get_logger()->set_level(-1);

  get_logger()->log(0, "a");
  get_logger()->sub_debug("b");
  get_logger()->debug("c");
  get_logger()->info("d");
  get_logger()->sub_warning("e");
  get_logger()->warning("f");
  get_logger()->error("g");
  get_logger()->critical("h");

  EXPECT_THAT(lines_, ElementsAre("[NOTSET/MainProcess] a", "[Level 5/MainProcess] b",
                                  "[DEBUG/MainProcess] c", "[INFO/MainProcess] d",
                                  "[Level 25/MainProcess] e", "[WARNING/MainProcess] f",
                                  "[ERROR/MainProcess] g", "[CRITICAL/MainProcess] h"));
}

TEST_F(Logger, WhatIsBelowTheLevelReachesNobody) {
  get_logger()->add_handler(into_lines());
  get_logger()->set_level(mp::INFO);

  get_logger()->debug("too low");
  get_logger()->info("just so");

  EXPECT_THAT(lines_, ElementsAre("[INFO/MainProcess] just so"));
}

TEST_F(Logger, TakesLevelsByName) {
  get_logger()->set_level("DEBUG");
  EXPECT_EQ(get_logger()->level(), mp::DEBUG);
  get_logger()->set_level("WARN");
  EXPECT_EQ(get_logger()->level(), mp::WARNING);
}

TEST_F(Logger, RefusesANameThatIsNoLevelAndKeepsItsOwn) {
  get_logger()->set_level(mp::ERROR);
  try {
    get_logger()->set_level("LOUD");
    ADD_FAILURE() << "takes it";
  } catch (const mp::ValueError& error) {
    EXPECT_STREQ(error.what(), "Unknown level: 'LOUD'");
  }
  EXPECT_EQ(get_logger()->level(), mp::ERROR);
}

TEST_F(Logger, ARecordSaysWhatWhoAndWhere) {
  const auto before = std::chrono::system_clock::now();
  std::string told;
  int line = 0;
  get_logger()->add_handler([&](const LogRecord& record) {
    told = record.level_name() + "|" + std::string(record.message) + "|" +
           std::string(record.process_name) + "|" + std::string(record.filename);
    line = record.lineno;
    EXPECT_EQ(record.level, mp::ERROR);
    EXPECT_EQ(record.process, ::getpid());
    EXPECT_EQ(record.pathname, __FILE__);
    EXPECT_NE(record.func_name.find("TestBody"), std::string_view::npos);
    EXPECT_GE(record.created, before);
  });

  get_logger()->error("no {} braces %s matter");
  const int here = __LINE__ - 1;

  EXPECT_EQ(told, "ERROR|no {} braces %s matter|MainProcess|logger_test.cpp");
  EXPECT_EQ(line, here);
}

TEST_F(Logger, KeepsTextsThatAreNoTextAsTheyAre) {
  get_logger()->add_handler(into_lines());
  const std::string odd("\xff\0 {}\n%n", 8);

  get_logger()->error(odd);
  get_logger()->error("");
  get_logger()->error(std::string(1'000'000, 'x'));

  ASSERT_EQ(lines_.size(), 3U);
  EXPECT_EQ(lines_[0], "[ERROR/MainProcess] " + odd);
  EXPECT_EQ(lines_[1], "[ERROR/MainProcess] ");
  EXPECT_EQ(lines_[2].size(), 1'000'020U);
}

TEST_F(Logger, CallsEveryHandlerInTheOrderOfTheirComing) {
  for (const char* name : {"a", "b", "c"})
    get_logger()->add_handler([this, name](const LogRecord&) { lines_.emplace_back(name); });

  get_logger()->error("x");

  EXPECT_THAT(lines_, ElementsAre("a", "b", "c"));
}

TEST_F(Logger, AHandlerThatIsAddedTwiceIsCalledOnce) {
  const LogHandler sut = into_lines();
  get_logger()->add_handler(sut);
  get_logger()->add_handler(sut);

  get_logger()->error("x");

  EXPECT_EQ(get_logger()->handlers().size(), 1U);
  EXPECT_THAT(lines_, ElementsAre("[ERROR/MainProcess] x"));
}

TEST_F(Logger, ARemovedHandlerIsCalledNoMore) {
  const LogHandler sut = into_lines();
  get_logger()->add_handler(sut);
  get_logger()->add_handler([](const LogRecord&) {});
  get_logger()->remove_handler(sut);

  get_logger()->error("x");

  EXPECT_THAT(lines_, IsEmpty());
}

TEST_F(Logger, AHandlerTakesNothingBelowItsOwnLevel) {
  LogHandler sut = into_lines();
  sut.set_level(mp::ERROR);
  get_logger()->add_handler(sut);

  get_logger()->warning("x");
  get_logger()->error("y");

  EXPECT_EQ(sut.level(), mp::ERROR);
  EXPECT_THAT(lines_, ElementsAre("[ERROR/MainProcess] y"));
}

TEST_F(Logger, AHandlerMayLogAndChangeTheHandlers) {
  get_logger()->add_handler([](const LogRecord& record) {
    if (record.message == "first") get_logger()->error("second");
  });
  get_logger()->add_handler([this](const LogRecord& record) {
    if (record.message == "first") get_logger()->add_handler(into_lines());
  });

  get_logger()->error("first");
  get_logger()->error("third");

  EXPECT_THAT(lines_, ElementsAre("[ERROR/MainProcess] third"));
}

TEST_F(Logger, LeavesErrnoAlone) {
  get_logger()->add_handler([](const LogRecord&) { errno = ENOSPC; });
  errno = EDOM;

  get_logger()->error("x");

  EXPECT_EQ(errno, EDOM);
}

TEST_F(Logger, LogToStderrAddsAHandlerByEachCallAndSetsTheLevelOnlyIfThereIsOne) {
  get_logger()->set_level(mp::ERROR);
  EXPECT_EQ(mp::log_to_stderr(), get_logger());
  mp::log_to_stderr(mp::NOTSET);
  EXPECT_EQ(get_logger()->level(), mp::ERROR);
  EXPECT_EQ(get_logger()->handlers().size(), 2U);

  mp::log_to_stderr(mp::DEBUG);
  EXPECT_EQ(get_logger()->level(), mp::DEBUG);
}

TEST_F(Logger, SettingsHoldLevelsAndEveryHandlerThatCanTravel) {
  const std::string path = ::testing::TempDir() + "logger_test.log";
  LogHandler file = mp::FileHandler(path);
  file.set_level(mp::CRITICAL);
  get_logger()->add_handler(mp::StreamHandler());
  get_logger()->add_handler(into_lines());
  get_logger()->add_handler(file);
  get_logger()->set_level(32);
  get_logger()->set_root_level(37);

  const mp::logging::Settings taken = mp::logging::settings();
  reset();
  mp::logging::apply(taken);
  const mp::logging::Settings sut = mp::logging::settings();
  ::unlink(path.c_str());

  EXPECT_EQ(sut.level, 32);
  EXPECT_EQ(sut.root_level, 37);
  ASSERT_EQ(sut.handlers.size(), 2U);
  EXPECT_EQ(sut.handlers[0].path, "");
  EXPECT_EQ(sut.handlers[0].level, mp::NOTSET);
  EXPECT_EQ(sut.handlers[1].path, path);
  EXPECT_EQ(sut.handlers[1].level, mp::CRITICAL);
}

TEST_F(Logger, TheLibrarysOwnWordsCarryTheNameOfTheProcess) {
  get_logger()->add_handler(into_lines());
  mp::logging::info("not yet");
  get_logger()->set_level(mp::INFO);
  mp::logging::set_process_name("Renamed");

  mp::logging::info("exit code ", "3");

  EXPECT_THAT(lines_, ElementsAre("[INFO/Renamed] exit code 3"));
}

}  // namespace
