// Quotas of control groups, read from made-up roots: sound ones, damaged ones and hostile ones.
#include "os/cgroup.hpp"

#include "support/temp_dir.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <sys/stat.h>

#include <gtest/gtest.h>

namespace {

namespace fs = std::filesystem;

const std::string kUnifiedMount =
    "30 22 0:27 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw\n";
const std::string kCpuMount =
    "31 30 0:28 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n";

class FakeRoot {
 public:
  FakeRoot& file(const std::string& path, const std::string& text) {
    fs::create_directories(at(path).parent_path());
    std::ofstream(at(path), std::ios::binary) << text;
    return *this;
  }
  FakeRoot& unified(const std::string& group) {
    return file("/proc/self/cgroup", "0::" + group + "\n")
        .file("/proc/self/mountinfo", kUnifiedMount);
  }
  FakeRoot& v1(const std::string& group) {
    return file("/proc/self/cgroup", "9:memory:/else\n4:cpu,cpuacct:" + group + "\n0::/\n")
        .file("/proc/self/mountinfo", kCpuMount);
  }
  FakeRoot& v1_quota(const std::string& folder, const std::string& quota,
                     const std::string& period) {
    return file(folder + "/cpu.cfs_quota_us", quota).file(folder + "/cpu.cfs_period_us", period);
  }
  fs::path at(const std::string& path) const { return dir_.path() / path.substr(1); }
  std::optional<double> quota() const { return mp::os::cpu_quota(dir_.path().string()); }

 private:
  support::TempDir dir_;
};

TEST(CpuQuota, IsTheOneOfTheGroup) {
  FakeRoot root;
  root.unified("/app").file("/sys/fs/cgroup/app/cpu.max", "150000 100000\n");

  EXPECT_EQ(root.quota(), 1.5);
}

TEST(CpuQuota, IsTheSmallestUpToTheTop) {
  FakeRoot root;
  root.unified("/slice/app/inner")
      .file("/sys/fs/cgroup/slice/app/inner/cpu.max", "800000 100000\n")
      .file("/sys/fs/cgroup/slice/app/cpu.max", "max 100000\n")
      .file("/sys/fs/cgroup/slice/cpu.max", "100000 50000\n");
  EXPECT_EQ(root.quota(), 2.0);

  root.file("/sys/fs/cgroup/cpu.max", "25000 100000\n");
  EXPECT_EQ(root.quota(), 0.25);
}

TEST(CpuQuota, OfANeighbourDoesNotCount) {
  FakeRoot root;
  root.unified("/app").file("/sys/fs/cgroup/app2/cpu.max", "1000 100000\n");

  EXPECT_EQ(root.quota(), std::nullopt);
}

TEST(CpuQuota, IsReadFromVersionOneToo) {
  FakeRoot root;
  root.v1("/app").v1_quota("/sys/fs/cgroup/cpu,cpuacct/app", "300000\n", "100000\n");

  EXPECT_EQ(root.quota(), 3.0);
}

TEST(CpuQuota, OfMinusOneIsNone) {
  FakeRoot root;
  root.v1("/app").v1_quota("/sys/fs/cgroup/cpu,cpuacct/app", "-1\n", "100000\n");

  EXPECT_EQ(root.quota(), std::nullopt);
}

TEST(CpuQuota, TheSmallerOfBothVersionsCounts) {
  FakeRoot root;
  root.file("/proc/self/cgroup", "4:cpu:/a\n0::/b\n")
      .file("/proc/self/mountinfo",
            kCpuMount + "32 30 0:29 / /sys/fs/cgroup/unified rw - cgroup2 none rw\n")
      .v1_quota("/sys/fs/cgroup/cpu,cpuacct/a", "400000", "100000")
      .file("/sys/fs/cgroup/unified/b/cpu.max", "200000 100000");

  EXPECT_EQ(root.quota(), 2.0);
}

TEST(CpuQuota, IsFoundWhereverTheHierarchyIsMounted) {
  FakeRoot root;
  root.file("/proc/self/cgroup", "0::/app\n")
      .file("/proc/self/mountinfo",
            "1 0 0:1 / / rw - ext4 /dev/sda rw\n"
            "30 22 0:27 / /odd\\040place\\134x rw a:1 b:2 - cgroup2 none rw\n")
      .file("/odd place\\x/app/cpu.max", "100000 100000\n");

  EXPECT_EQ(root.quota(), 1.0);
}

TEST(CpuQuota, IsFoundInAContainerThatSeesOnlyItsOwnGroup) {
  FakeRoot root;
  root.file("/proc/self/cgroup", "0::/docker/77/inner\n")
      .file("/proc/self/mountinfo", "30 22 0:27 /docker/77 /sys/fs/cgroup rw - cgroup2 none rw\n")
      .file("/sys/fs/cgroup/inner/cpu.max", "max 100000\n")
      .file("/sys/fs/cgroup/cpu.max", "100000 100000\n");

  EXPECT_EQ(root.quota(), 1.0);
}

TEST(CpuQuota, OfAGroupThatIsOutOfSightIsTheOneOfTheMount) {
  for (const char* group : {"/../../host", "/docker/778", "docker", "", "/a/../../../secret"}) {
    FakeRoot root;
    root.file("/proc/self/cgroup", std::string("0::") + group + "\n")
        .file("/proc/self/mountinfo", "30 22 0:27 /docker/77 /sys/fs/cgroup rw - cgroup2 none rw\n")
        .file("/sys/fs/cgroup/cpu.max", "200000 100000\n")
        .file("/sys/secret/cpu.max", "1000 100000\n")
        .file("/sys/host/cpu.max", "1000 100000\n")
        .file("/sys/fs/cgroup8/cpu.max", "1000 100000\n");

    EXPECT_EQ(root.quota(), 2.0) << group;
  }
}

TEST(CpuQuota, IsNotLookedForOutsideOfTheHierarchy) {
  for (const char* group : {"/..", "/../../host", "/a/../../../secret", "/app/.."}) {
    FakeRoot root;
    root.unified(group)
        .file("/sys/fs/cgroup/cpu.max", "200000 100000\n")
        .file("/sys/fs/cgroup/a/cpu.max", "100 100000\n")
        .file("/sys/fs/cgroup/app/cpu.max", "100 100000\n")
        .file("/sys/fs/cpu.max", "1000 100000\n")
        .file("/sys/host/cpu.max", "1000 100000\n")
        .file("/sys/secret/cpu.max", "1000 100000\n");

    EXPECT_EQ(root.quota(), 2.0) << group;
  }
}

TEST(CpuQuota, IsLookedForInTheUsualPlacesWhenNothingSaysWhere) {
  FakeRoot root;
  root.file("/sys/fs/cgroup/cpu.max", "100000 100000\n");

  EXPECT_EQ(root.quota(), 1.0);
}

TEST(CpuQuota, IsNoneWhereNothingIs) {
  EXPECT_EQ(FakeRoot().quota(), std::nullopt);
  EXPECT_EQ(FakeRoot().unified("/app").quota(), std::nullopt);
}

TEST(CpuQuota, ThatMakesNoSenseIsNone) {
  const std::vector<std::string> texts = {"",
                                          "\n",
                                          "max",
                                          "max max",
                                          "max 100000",
                                          "100000",
                                          "100000 ",
                                          "0 100000",
                                          "100000 0",
                                          "-5 100000",
                                          "100000 -5",
                                          "x 100000",
                                          "100000 y",
                                          "99999999999999999999 100000",
                                          "100000 99999999999999999999",
                                          "nan nan",
                                          "inf 1",
                                          "0x10 0x10",
                                          std::string("1\0 1", 4),
                                          std::string(100'000, '9'),
                                          "\xff\xfe"};
  for (const std::string& text : texts) {
    FakeRoot root;
    root.unified("/app").file("/sys/fs/cgroup/app/cpu.max", text);
    EXPECT_EQ(root.quota(), std::nullopt) << text.substr(0, 40);
  }
}

TEST(CpuQuota, ThatIsNoFileDoesNotHoldTheCaller) {
  FakeRoot root;
  root.unified("/app").file("/sys/fs/cgroup/app/other", "");
  ASSERT_EQ(::mkfifo(root.at("/sys/fs/cgroup/app/cpu.max").c_str(), 0600), 0);
  EXPECT_EQ(root.quota(), std::nullopt);

  FakeRoot other;
  other.unified("/app").file("/sys/fs/cgroup/app/cpu.max/x", "1 1");
  fs::create_symlink("cpu.max", other.at("/sys/fs/cgroup/cpu.max"));
  EXPECT_EQ(other.quota(), std::nullopt);
}

TEST(CpuQuota, OfAnEndlessPathIsStillAnAnswer) {
  std::string group;
  while (group.size() < 60'000) group += "/a";
  FakeRoot root;
  root.unified(group).file("/sys/fs/cgroup/cpu.max", "100000 100000\n");

  EXPECT_EQ(root.quota(), 1.0);
}

// Sound files with some bytes replaced, and plain noise: whatever comes out is a sensible number or
// none.
TEST(CpuQuota, OfRandomFilesIsAPositiveNumberOrNone) {
  std::mt19937 random(20240607);
  const auto below = [&](std::size_t end) { return random() % end; };
  const std::vector<std::pair<std::string, std::string>> sound = {
      {"/proc/self/cgroup", "4:cpu,cpuacct:/a/b\n0::/a/b\n"},
      {"/proc/self/mountinfo", kUnifiedMount + kCpuMount},
      {"/sys/fs/cgroup/a/b/cpu.max", "150000 100000\n"},
      {"/sys/fs/cgroup/a/cpu.max", "max 100000\n"},
      {"/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us", "50000\n"},
      {"/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us", "100000\n"}};
  FakeRoot root;
  for (int round = 0; round < 200; ++round) {
    for (const auto& [path, text] : sound) {
      std::string bent = below(8) == 0 ? std::string(below(200), '\0') : text;
      for (std::size_t damage = below(4); damage > 0 && !bent.empty(); --damage)
        bent[below(bent.size())] = static_cast<char>(below(256));
      if (below(8) == 0) bent.resize(below(bent.size() + 1));
      root.file(path, bent);
    }
    const auto quota = root.quota();
    ASSERT_TRUE(!quota || (std::isfinite(*quota) && *quota > 0)) << *quota;
  }
}

}  // namespace
