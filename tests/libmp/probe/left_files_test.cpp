#include "probe/runtime/left_files.hpp"

#include "base/hex.hpp"
#include "os/identity.hpp"
#include "os/process_id.hpp"
#include "support/temp_dir.hpp"
#include "wire/live_file.hpp"

#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mp::probe {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::IsSupersetOf;
using testing::UnorderedElementsAreArray;

constexpr os::ProcessId kNobody{.pid = 0x7fffffff, .start_ticks = 1};

void write_live_file(const fs::path& path, os::ProcessId process, std::uint32_t watcher = 0) {
  const auto header = std::make_unique<wire::PlainHeader>();
  std::memcpy(header->magic, wire::kLiveMagic, sizeof header->magic);
  header->pid = process.pid;
  header->start_ticks = process.start_ticks;
  os::boot_id().copy(header->boot_id, sizeof header->boot_id - 1);
  const wire::PlainControl control{.level = 1, .watcher = watcher};
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(header.get()), sizeof *header);
  file.seekp(wire::kControlOffset);
  file.write(reinterpret_cast<const char*>(&control), sizeof control);
}

// The higher the number, the younger; 0 is a day old.
std::string make_tree(const fs::path& dir, std::uint64_t number, os::ProcessId process) {
  const std::string name = hex16(number);
  fs::create_directory(dir / name);
  write_live_file(dir / name / (name + ".mpi"), process);
  fs::last_write_time(dir / name, fs::file_time_type::clock::now() - 24h + number * 1min);
  return name;
}

std::set<std::string> names_in(const fs::path& dir) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(dir))
    names.insert(entry.path().filename().string());
  return names;
}

TEST(LeftFiles, OfDeadTreesTheNewestStay) {
  const support::TempDir dir;
  std::set<std::string> young;
  for (std::uint64_t i = 0; i < 100; ++i) {
    const std::string name = make_tree(dir.path(), i, kNobody);
    if (i >= 100 - kTreesKept) young.insert(name);
  }

  forget_old_trees(dir.path());

  EXPECT_THAT(names_in(dir.path()), UnorderedElementsAreArray(young));
}

TEST(LeftFiles, OfAFewDeadTreesAllStay) {
  const support::TempDir dir;
  for (std::uint64_t i = 0; i < 2 * kTreesKept; ++i) make_tree(dir.path(), i, kNobody);

  forget_old_trees(dir.path());

  EXPECT_EQ(names_in(dir.path()).size(), 2 * kTreesKept);
}

TEST(LeftFiles, ATreeThatLivesStaysHoweverOldItIs) {
  const support::TempDir dir;
  const std::string mine = make_tree(dir.path(), 0, os::self());
  for (std::uint64_t i = 1; i < 100; ++i) make_tree(dir.path(), i, kNobody);

  forget_old_trees(dir.path());

  EXPECT_THAT(names_in(dir.path()), testing::Contains(mine));
  EXPECT_EQ(names_in(dir.path()).size(), kTreesKept + 1);
}

TEST(LeftFiles, ATreeThatIsBeingMadeStays) {
  const support::TempDir dir;
  for (std::uint64_t i = 0; i < 100; ++i) fs::create_directory(fs::path(dir.path()) / hex16(i));

  forget_old_trees(dir.path());

  EXPECT_EQ(names_in(dir.path()).size(), 100U);
}

// With the magic of a live file, and no zero anywhere: a text that never ends.
TEST(LeftFiles, AFileOfGarbageIsNobodysSignOfLife) {
  const support::TempDir dir;
  const std::string garbage = make_tree(dir.path(), 0, os::self());
  std::ofstream file(fs::path(dir.path()) / garbage / (garbage + ".mpi"), std::ios::binary);
  file << std::string(wire::kLiveMagic, sizeof wire::kLiveMagic)
       << std::string(2 * sizeof(wire::PlainHeader), '\xff');
  file.close();
  for (std::uint64_t i = 1; i < 100; ++i) make_tree(dir.path(), i, kNobody);

  forget_old_trees(dir.path());

  EXPECT_THAT(names_in(dir.path()), testing::Not(testing::Contains(garbage)));
}

TEST(LeftFiles, WhatIsNoTreeIsNotTouched) {
  const support::TempDir dir;
  const std::set<std::string> foreign{"inspector.key", "inspector.sock", "0123456789ABCDEF",
                                      "work"};
  for (const std::string& name : foreign) {
    fs::create_directory(fs::path(dir.path()) / name);
    fs::last_write_time(fs::path(dir.path()) / name, fs::file_time_type::clock::now() - 48h);
  }
  for (std::uint64_t i = 0; i < 100; ++i) make_tree(dir.path(), i, kNobody);

  forget_old_trees(dir.path());

  EXPECT_THAT(names_in(dir.path()), IsSupersetOf(foreign));
}

TEST(LeftFiles, OfAParentsChildrenTheNewestStayAndThoseThatAreWatched) {
  forget_kept_files();
  const support::TempDir dir;
  std::set<std::string> staying;
  for (std::uint64_t i = 1; i <= kChildrenKept + 5; ++i) {
    const bool is_watched = i == 2;
    const std::string name = hex16(i) + ".mpi";
    write_live_file(fs::path(dir.path()) / name, kNobody, is_watched ? 1 : 0);
    keep_file_of_child(dir.path().native(), i, false);
    if (i > 5 || is_watched) staying.insert(name);
  }

  EXPECT_THAT(names_in(dir.path()), UnorderedElementsAreArray(staying));
}

TEST(LeftFiles, OfChildrenThatEndedAsAskedNothingStaysBehindAParentThatEndsWell) {
  forget_kept_files();
  const support::TempDir dir;
  constexpr std::uint64_t kAsked = 1;
  constexpr std::uint64_t kNotAsked = 2;
  constexpr std::uint64_t kWatched = 3;
  for (const std::uint64_t child : {kAsked, kNotAsked, kWatched}) {
    write_live_file(fs::path(dir.path()) / (hex16(child) + ".mpi"), kNobody,
                    child == kWatched ? 1 : 0);
    keep_file_of_child(dir.path().native(), child, child != kNotAsked);
  }

  remove_files_of_ended(dir.path().native());

  const std::set<std::string> staying{hex16(kNotAsked) + ".mpi", hex16(kWatched) + ".mpi"};
  EXPECT_THAT(names_in(dir.path()), UnorderedElementsAreArray(staying));
}

TEST(LeftFiles, AForkedChildLeavesItsParentsAlone) {
  forget_kept_files();
  const support::TempDir dir;
  for (std::uint64_t i = 1; i <= kChildrenKept; ++i) {
    write_live_file(fs::path(dir.path()) / (hex16(i) + ".mpi"), kNobody);
    keep_file_of_child(dir.path().native(), i, false);
  }

  forget_kept_files();
  keep_file_of_child(dir.path().native(), kChildrenKept + 1, false);

  EXPECT_EQ(names_in(dir.path()).size(), kChildrenKept);
}

}  // namespace
}  // namespace mp::probe
