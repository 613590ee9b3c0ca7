// One block, used by a real CPython and by us, made by either.
#include "support/block_names.hpp"
#include "support/child_scope.hpp"
#include <libmp/shareable_list.hpp>

#include <cstring>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>

namespace mp {
namespace {

using support::block_exists;
using support::ChildScope;
using support::fresh_block_name;
using testing::HasSubstr;

std::vector<std::string> python(std::vector<std::string> words) {
  words.insert(words.begin(), {"python3", SHARED_MEMORY_PEER});
  return words;
}

std::string hex(const std::string& bytes) {
  std::string text;
  for (const char character : bytes) {
    const auto byte = static_cast<unsigned char>(character);
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

std::string unhex(const std::string& text) {
  std::string bytes;
  for (std::size_t at = 0; at < text.size(); at += 2)
    bytes += static_cast<char>(std::stoi(text.substr(at, 2), nullptr, 16));
  return bytes;
}

class SharedMemoryInterop : public testing::Test {
 protected:
  ~SharedMemoryInterop() override {
    if (block_exists(list.shm().name())) list.shm().unlink();
  }
  ShareableList<> list{"howdy", bytes("HoWdY"), -273.154, 100, nullptr, true, 42};
  const std::string name = list.shm().name();
};

TEST_F(SharedMemoryInterop, PythonReadsOurList) {
  ChildScope peer(python({"read_list", name}));

  EXPECT_EQ(peer.wait().output,
            "['howdy', b'HoWdY', -273.154, 100, None, True, 42] 8s8sdqxxxxxx?xxxxxxxx?q 7\n");
}

TEST_F(SharedMemoryInterop, PythonChangesOurList) {
  ChildScope peer(python({"change_list", name}));
  ASSERT_TRUE(peer.wait().ok()) << peer.wait().text();

  EXPECT_EQ(
      repr(list),
      "ShareableList(['hi', b'12345678', 2.5, -7, 'was None', False, 42], name='" + name + "')");
  EXPECT_EQ(list.format(), "8s8sdq8sxxxxxxx?q");
}

TEST_F(SharedMemoryInterop, PythonReadsWhatWeHaveChanged) {
  list.set(0, nullptr);
  list.set(4, "text");
  list.set(6, bytes("bytes"));
  ChildScope peer(python({"read_list", name}));

  EXPECT_THAT(peer.wait().output,
              HasSubstr("[None, b'HoWdY', -273.154, 100, 'text', True, b'bytes']"));
}

TEST_F(SharedMemoryInterop, WeReadAndChangeAListOfPythons) {
  const std::string theirs = fresh_block_name("python_list");
  ChildScope peer(python({"make_list", theirs}));
  ASSERT_TRUE(peer.wait_for_output("made\n")) << peer.output();

  const auto same = ShareableList<>::attach(theirs);
  EXPECT_EQ(repr(same), "ShareableList(['howdy', b'HoWdY', -273.154, 100, None, True, 42], name='" +
                            theirs + "')");
  same.set(0, "hello");
  same.set(4, bytes("12"));
  same.set(3, -1);

  EXPECT_EQ(peer.wait().output,
            "made\n['hello', b'HoWdY', -273.154, -1, b'12', True, 42] 8s8sdq8sxxxxxxx?q\n");
}

TEST_F(SharedMemoryInterop, WeReadAndChangeABlockOfPythons) {
  const std::string theirs = fresh_block_name("python_block");
  ChildScope peer(python({"make_block", theirs}));
  ASSERT_TRUE(peer.wait_for_output("made\n")) << peer.output();

  const SharedMemory block(theirs);
  EXPECT_EQ(block.size(), 5000u);
  EXPECT_EQ(std::memcmp(block.buf().data(), "howdy", 5), 0);
  std::memcpy(block.buf().data() + 4995, "HELLO", 5);

  EXPECT_EQ(peer.wait().output, "made\nHELLO\n");
}

TEST_F(SharedMemoryInterop, PythonReadsAndChangesOurBlock) {
  SharedMemory block(create, 4096);
  std::memcpy(block.buf().data(), "howdy", 5);
  ChildScope peer(python({"change_block", block.name()}));

  EXPECT_EQ(peer.wait().output, "howdy 4096\n");
  EXPECT_EQ(std::memcmp(block.buf().data(), "HELLO", 5), 0);
  block.unlink();
}

TEST_F(SharedMemoryInterop, OurPicklesAreHandlesInPython) {
  std::vector<std::string> words = {"load"};
  for (int protocol = 0; protocol <= 5; ++protocol) {
    words.push_back(hex(dumps(Object(list), protocol)));
    words.push_back(hex(dumps(Object(list.shm()), protocol)));
  }
  ChildScope peer(python(words));

  std::string expected;
  for (int protocol = 0; protocol <= 5; ++protocol)
    expected += repr(list) + "\n" + repr(list.shm()) + "\n";
  EXPECT_EQ(peer.wait().output, expected);
}

TEST_F(SharedMemoryInterop, PicklesOfPythonAreHandlesHere) {
  ChildScope peer(python({"pickle_of_list", name}));
  std::istringstream lines(peer.wait().output);
  int read = 0;
  for (std::string of_list, of_block; lines >> of_list >> of_block; ++read) {
    EXPECT_EQ(repr(loads(unhex(of_list)).as<ShareableList<>>()), repr(list));
    EXPECT_EQ(repr(loads(unhex(of_block)).as<SharedMemory>()), repr(list.shm()));
  }
  EXPECT_EQ(read, 6);
}

}  // namespace
}  // namespace mp
