// Symbols: of places in this very program, and of copies of it that were bent.
#include "symbols/symbols.hpp"

#include "os/call_stack.hpp"
#include "os/identity.hpp"
#include "os/modules.hpp"
#include "os/process_id.hpp"
#include "support/child_scope.hpp"
#include "support/temp_dir.hpp"

#include <filesystem>
#include <fstream>
#include <mutex>

#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mp::test {

// What a lock of the library is to its user.
struct Lock {
  [[gnu::noinline]] void lock() {
    stack = os::CallStack::of(os::caller());
    asm volatile("");  // no tail call
  }
  void unlock() {}
  os::CallStack stack;
};

}  // namespace mp::test

namespace inspector::symbols {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

// As the library tells it.
wire::CallSite site_of(const mp::os::CallStack& stack) {
  wire::CallSite site;
  site.modules = {
      {mp::os::executable(mp::os::self().pid), mp::os::to_string(mp::os::program_build_id())}};
  for (const std::uintptr_t returns_to : stack.calls()) {
    const auto place = mp::os::place_of(reinterpret_cast<const void*>(returns_to - 1));
    if (!place || !place->path.empty()) break;  // from here on it is the C library
    site.calls.push_back({0, place->offset});
  }
  return site;
}

wire::CallSite resolved(wire::CallSite site) {
  Symbols symbols;
  symbols.resolve(site);
  return site;
}

int line_of_transfer = 0;
[[gnu::noinline]] wire::CallSite transfer() {
  mp::test::Lock lock;
  line_of_transfer = __LINE__ + 1;
  lock.lock();
  return site_of(lock.stack);
}

TEST(Symbols, NamesTheLineAndTheFunctionOfACall) {
  const wire::CallSite site = resolved(transfer());

  EXPECT_THAT(site.file, EndsWith("/symbols/symbols_test.cpp"));
  EXPECT_EQ(site.line, static_cast<std::uint32_t>(line_of_transfer));
  EXPECT_EQ(site.function, "transfer");
}

TEST(Symbols, PassesOverTheGuardsOfTheStandardLibrary) {
  mp::test::Lock lock;
  const int first_line = __LINE__ + 1;
  std::lock_guard<mp::test::Lock>{lock};
  const wire::CallSite first = resolved(site_of(lock.stack));
  const int second_line = __LINE__ + 1;
  std::unique_lock<mp::test::Lock>{lock};
  const wire::CallSite second = resolved(site_of(lock.stack));

  EXPECT_EQ(first.line, static_cast<std::uint32_t>(first_line)) << first.file;
  EXPECT_EQ(second.line, static_cast<std::uint32_t>(second_line)) << second.file;
  EXPECT_EQ(first.function, "TestBody");
}

TEST(Symbols, AsksEachFileOnceForEachPlace) {
  Symbols symbols;
  const wire::CallSite site = transfer();
  wire::CallSite first = site;
  symbols.resolve(first);
  wire::CallSite second = site;
  symbols.resolve(second);
  EXPECT_EQ(first, second);
  EXPECT_NE(first, site);
}

TEST(Symbols, OfAnotherBuildAreNotBelieved) {
  wire::CallSite site = transfer();
  site.modules[0].build_id.back() ^= 1;
  EXPECT_EQ(resolved(site), site);
  site.modules[0].build_id = "";
  EXPECT_EQ(resolved(site), site);
}

TEST(Symbols, WhatIsNoFileOfCodeChangesNothing) {
  const support::TempDir dir;
  std::ofstream(dir / "text") << "not a program";
  ASSERT_EQ(::mkfifo((dir / "pipe").c_str(), 0600), 0);
  for (const std::string& path : {(dir / "gone").string(), (dir / "text").string(),
                                  (dir / "pipe").string(), dir.path().string(), std::string()}) {
    wire::CallSite site = transfer();
    site.modules[0].path = path;
    EXPECT_EQ(resolved(site), site) << path;
  }
}

TEST(Symbols, PlacesWhereNoCodeIsChangeNothing) {
  wire::CallSite site = transfer();
  site.calls = {{0, 0}};
  EXPECT_EQ(resolved(site), site);
  site.calls = {{0, ~std::uint64_t{0}}};
  EXPECT_EQ(resolved(site), site);
  site.calls = {{7, 1}};
  EXPECT_EQ(resolved(site), site);
  site.calls = {};
  EXPECT_EQ(resolved(site), site);
}

// A copy of this program with so much taken out of it.
class Stripped : public testing::Test {
 protected:
  wire::CallSite stripped(const std::string& option) {
    wire::CallSite site = transfer();
    const std::string copy = (dir / "copy").string();
    std::filesystem::copy_file(site.modules[0].path, copy);
    const auto strip = support::run_command({"strip", option, copy}, std::chrono::seconds(20));
    EXPECT_TRUE(strip.ok()) << strip.text();
    site.modules[0].path = copy;
    return site;
  }
  support::TempDir dir;
};

TEST_F(Stripped, OfItsLinesStillNamesTheFunction) {
  const wire::CallSite site = resolved(stripped("--strip-debug"));

  EXPECT_EQ(site.line, 0U);
  EXPECT_THAT(site.function, HasSubstr("transfer()"));
}

TEST_F(Stripped, OfAllNamesKeepsItsAddresses) {
  const wire::CallSite site = stripped("--strip-all");
  EXPECT_EQ(resolved(site), site);
}

}  // namespace
}  // namespace inspector::symbols
