// The real window, with its real fonts and OpenGL, on a virtual display: a picture of each screen of a real recording.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <set>

#include "e2e/line.hpp"

namespace e2e {
namespace {

std::vector<std::string> on_a_display(std::vector<std::string> command) {
  command.insert(command.begin(), {"xvfb-run", "-a", "-s", "-screen 0 1600x1000x24", "env", "LIBGL_ALWAYS_SOFTWARE=1"});
  return command;
}

struct Png {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::string bytes;
};

// The head of a PNG file; zeros if it is none.
Png read_png(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  Png png{.bytes = {std::istreambuf_iterator<char>(file), {}}};
  const auto number_at = [&](std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(png.bytes[at + i]);
    return value;
  };
  if (png.bytes.size() > 24 && png.bytes.starts_with("\x89PNG")) {
    png.width = number_at(16);
    png.height = number_at(20);
  }
  return png;
}

TEST(Window, DrawsEachScreenOfARecording) {
  const Line line;
  line.record(line.file("hang.mpr"), {"deadlock", "--seconds", "2"});
  std::set<std::string> different;
  for (const std::vector<std::string>& screen : std::vector<std::vector<std::string>>{
           {"sessions"}, {"overview"}, {"processes"}, {"queues"}, {"connections"}, {"locks"}, {"locks", "--graph"}, {"resources"}, {"overview", "--light"}}) {
    std::vector<std::string> command = Line::inspector({"shot", line.file("hang.mpr"), "--at", "1.5", "-o", line.file("x.png"), "--panel"});
    command.insert(command.end(), screen.begin(), screen.end());

    const auto end = support::run_command(on_a_display(command), std::chrono::seconds(60));

    ASSERT_TRUE(end.ok()) << screen[0] << ": " << end.text();
    const Png png = read_png(line.file("x.png"));
    EXPECT_EQ(png.width, 1440u) << screen[0];
    EXPECT_EQ(png.height, 900u) << screen[0];
    // An empty window compresses to a few kilobytes.
    EXPECT_GT(png.bytes.size(), 20'000u) << screen[0];
    different.insert(png.bytes);
  }
  EXPECT_EQ(different.size(), 9u) << "each screen shows something else";
}

TEST(Window, TheSamePictureTwiceIsTheSameFile) {
  const Line line;
  line.record(line.file("ok.mpr"), {"ok", "--files", "20", "--size", "64k"});
  std::set<std::string> pictures;
  for (int i = 0; i < 2; ++i) {
    const auto end = support::run_command(
        on_a_display(Line::inspector({"shot", line.file("ok.mpr"), "--panel", "queues", "-o", line.file("x.png")})),
        std::chrono::seconds(60));
    ASSERT_TRUE(end.ok()) << end.text();
    pictures.insert(read_png(line.file("x.png")).bytes);
  }
  EXPECT_EQ(pictures.size(), 1u);
}

TEST(Window, WithoutADisplayIsOneLine) {
  const Line line;
  const auto end = support::run_command({"env", "-u", "DISPLAY", "-u", "WAYLAND_DISPLAY", MP_INSPECTOR_PROGRAM}, std::chrono::seconds(30));

  EXPECT_EQ(end.code, 2) << end.text();
  EXPECT_EQ(std::count(end.output.begin(), end.output.end(), '\n'), 1) << end.output;
}

}  // namespace
}  // namespace e2e
