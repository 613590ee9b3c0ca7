// Rows of _TestLogging and of test_logging's LogRecordTest.
#include "support/child_scope.hpp"
#include <libmp/connection.hpp>
#include <libmp/log.hpp>
#include <libmp/process.hpp>

#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

namespace {

// There is one logger in a process: each test has a process of its own.
void expect_in_child(const std::function<bool()>& holds, std::string_view output = "") {
  support::ChildScope child([&] { return holds() ? 0 : 1; });
  EXPECT_TRUE(child.wait().ok()) << child.wait().text();
  EXPECT_EQ(child.output(), output);
}

// What `make` gives in a child process.
template <class Make>
auto from_child(Make make) {
  auto [reader, writer] = mp::Pipe(false);
  mp::Process child([make, end = std::move(writer)]() mutable { end.send(make()); });
  child.start();
  auto value = reader.template recv<decltype(make())>();
  child.join();
  return value;
}

TEST(TestLogging, test_enable_logging) {
  expect_in_child([] {
    mp::Logger* logger = mp::get_logger();
    logger->set_level(mp::SUBWARNING);
    logger->debug("this will not be printed");
    logger->info("nor will this");
    return logger != nullptr;
  });
}

TEST(TestLogging, test_level) {
  expect_in_child([] {
    constexpr int kLevel = 32;
    constexpr int kRootLevel = 37;
    const auto effective = [] { return mp::get_logger()->effective_level(); };

    mp::get_logger()->set_level(kLevel);
    if (from_child(effective) != kLevel) return false;

    mp::get_logger()->set_level(mp::NOTSET);
    mp::get_logger()->set_root_level(kRootLevel);
    return from_child(effective) == kRootLevel;
  });
}

TEST(TestLogging, test_filename) {
  expect_in_child([] {
    std::string filename;
    mp::get_logger()->set_level(mp::DEBUG);
    mp::get_logger()->add_handler([&](const mp::LogRecord& record) { filename = record.filename; });

    mp::get_logger()->info("1");
    const bool info = std::exchange(filename, "") == "logging_test.cpp";
    mp::get_logger()->debug("2");
    return info && filename == "logging_test.cpp";
  });
}

TEST(LogRecordTest, test_multiprocessing) {
  expect_in_child([] {
    const auto process_name = [] {
      std::string name;
      mp::get_logger()->add_handler(
          [&](const mp::LogRecord& record) { name = record.process_name; });
      mp::get_logger()->error("an error");
      for (const mp::LogHandler& handler : mp::get_logger()->handlers())
        mp::get_logger()->remove_handler(handler);
      return name;
    };
    return process_name() == "MainProcess" && from_child(process_name) == "Process-1" &&
           mp::current_process().name() == "MainProcess";
  });
}

}  // namespace
