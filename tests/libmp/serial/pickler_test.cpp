// Byte for byte what CPython writes. The vectors are captures; python_peer_test asks a live one.
#include "libmp/serial/hex.hpp"
#include "serial/pickle.hpp"
#include <libmp/exceptions.hpp>
#include <libmp/object.hpp>

#include <string>

#include <gtest/gtest.h>

namespace mp {
namespace {

using test::hex;
using test::unhex;

// What the pickle has behind its header and frame, without the STOP.
std::string body(const Object& object) {
  std::string pickle = dumps(object);
  const bool framed = pickle.size() > 2 && static_cast<unsigned char>(pickle[2]) == 0x95;
  return hex(pickle.substr(framed ? 11 : 2, pickle.size() - (framed ? 12 : 3)));
}

TEST(Pickler, ShortPicklesHaveNoFrame) {
  EXPECT_EQ(hex(dumps(nullptr)), "80 04 4e 2e");
  EXPECT_EQ(hex(dumps(true)), "80 04 88 2e");
  EXPECT_EQ(hex(dumps(7)), "80 04 4b 07 2e");
  EXPECT_EQ(hex(dumps(300)), "80 04 95 04 00 00 00 00 00 00 00 4d 2c 01 2e");
}

TEST(Pickler, IntsTakeTheShortestForm) {
  EXPECT_EQ(body(255), "4b ff");
  EXPECT_EQ(body(256), "4d 00 01");
  EXPECT_EQ(body(65535), "4d ff ff");
  EXPECT_EQ(body(65536), "4a 00 00 01 00");
  EXPECT_EQ(body(-1), "4a ff ff ff ff");
  EXPECT_EQ(body(2147483647), "4a ff ff ff 7f");
  EXPECT_EQ(body(2147483648), "8a 05 00 00 00 80 00");
  EXPECT_EQ(body(-2147483649), "8a 05 ff ff ff 7f ff");
  EXPECT_EQ(body(INT64_MAX), "8a 08 ff ff ff ff ff ff ff 7f");
  EXPECT_EQ(body(INT64_MIN), "8a 08 00 00 00 00 00 00 00 80");
  EXPECT_EQ(body(UINT64_MAX), "8a 09 ff ff ff ff ff ff ff ff 00");
  EXPECT_EQ(body(integer("-9223372036854775809")), "8a 09 ff ff ff ff ff ff ff 7f ff");
}

TEST(Pickler, FloatsAreBigEndian) { EXPECT_EQ(body(1.5), "47 3f f8 00 00 00 00 00 00"); }

TEST(Pickler, TextsAndBytesAreMemoized) {
  EXPECT_EQ(body("abc"), "8c 03 61 62 63 94");
  EXPECT_EQ(body(bytes("abc")), "43 03 61 62 63 94");
  EXPECT_EQ(body(std::string(256, 'x')).substr(0, 14), "58 00 01 00 00");
  EXPECT_EQ(body(bytes(std::string(256, 'x'))).substr(0, 14), "42 00 01 00 00");
}

TEST(Pickler, ContainersAreWrittenAsByCPython) {
  EXPECT_EQ(body(tuple{}), "29");
  EXPECT_EQ(body(tuple{1}), "4b 01 85 94");
  EXPECT_EQ(body(tuple{1, 2, 3}), "4b 01 4b 02 4b 03 87 94");
  EXPECT_EQ(body(tuple{1, 2, 3, 4}), "28 4b 01 4b 02 4b 03 4b 04 74 94");
  EXPECT_EQ(body(list{}), "5d 94");
  EXPECT_EQ(body(list{1}), "5d 94 4b 01 61");
  EXPECT_EQ(body(list{1, 2}), "5d 94 28 4b 01 4b 02 65");
  EXPECT_EQ(body(dict{}), "7d 94");
  EXPECT_EQ(body(dict{{1, 2}}), "7d 94 4b 01 4b 02 73");
  EXPECT_EQ(body(dict{{1, 2}, {3, 4}}), "7d 94 28 4b 01 4b 02 4b 03 4b 04 75");
}

// In the notation of a protocol description.
std::string written(const char* description) { return hex(unhex(description)); }

TEST(Pickler, SetsAreWrittenAsByCPython) {
  EXPECT_EQ(body(set{}), "8f 94");
  EXPECT_EQ(body(set{1, 2}), "8f 94 28 4b 01 4b 02 90");
  EXPECT_EQ(body(frozenset{}), "28 91 94");
  EXPECT_EQ(body(frozenset{1}), "28 4b 01 91 94");
}

TEST(Pickler, WhatHasNoOpcodeIsACallOfItsGlobal) {
  EXPECT_EQ(body(complex(1, 2)), written("8c 08 'builtins' 94 8c 07 'complex' 94 93 94 47 3f f0 00 "
                                         "00 00 00 00 00 47 40 00 00 00 00 00 00 00 86 94 52 94"));
  EXPECT_EQ(body(range(1, 5, 2)), written("8c 08 'builtins' 94 8c 05 'range' 94 93 94 4b 01 4b 05 "
                                          "4b 02 87 94 52 94"));
  EXPECT_EQ(body(slice(0, 2)), written("8c 08 'builtins' 94 8c 05 'slice' 94 93 94 4b 00 4b 02 4e "
                                       "87 94 52 94"));
  EXPECT_EQ(body(bytearray("ab")), written("8c 08 'builtins' 94 8c 09 'bytearray' 94 93 94 43 02 "
                                           "'ab' 94 85 94 52 94"));
  EXPECT_EQ(body(reduction(global("builtins", "type"), tuple{nullptr})),
            written("8c 08 'builtins' 94 8c 04 'type' 94 93 94 4e 85 94 52 94"));
  EXPECT_EQ(body(reduction(global("builtins", "getattr"), tuple{list{}, "append"})),
            written("8c 08 'builtins' 94 8c 07 'getattr' 94 93 94 5d 94 8c 06 'append' 94 86 94 52 "
                    "94"));
}

TEST(Pickler, ProtocolFiveHasAnOpcodeForByteArrays) {
  EXPECT_EQ(hex(dumps(bytearray("ab"), 5)),
            written("80 05 95 0d 00 00 00 00 00 00 00 96 02 00 00 00 00 00 00 00 'ab' 94 2e"));
}

TEST(Pickler, GlobalsAreModuleAndName) {
  EXPECT_EQ(body(global("builtins", "len")), written("8c 08 'builtins' 94 8c 03 'len' 94 93 94"));
  EXPECT_EQ(body(global("builtins", "Ellipsis")),
            written("8c 08 'builtins' 94 8c 08 'Ellipsis' 94 93 94"));
  EXPECT_EQ(body(global("__main__", "f")), written("8c 08 '__main__' 94 8c 01 'f' 94 93 94"));
}

TEST(Pickler, IntsOfManyBytesHaveALongLength) {
  EXPECT_EQ(body(integer("1" + std::string(614, '0'))).substr(0, 14), "8b 00 01 00 00");
}

TEST(Pickler, DistantReferencesAreLong) {
  const Object items = list{};
  for (int i = 0; i < 300; ++i) items.append("text " + std::to_string(i));
  items.append(items[298]);

  const std::string bytes = body(items);

  EXPECT_EQ(bytes.substr(bytes.size() - 17), "6a 2b 01 00 00 65");
}

TEST(Pickler, LargeBytesStandOutsideOfFrames) {
  const std::string pickle = dumps(tuple{"a", bytes(std::string(70000, 'x')), "b"});

  EXPECT_EQ(hex(pickle.substr(0, 20)),
            written("80 04 95 04 00 00 00 00 00 00 00 8c 01 'a' 94 42 70 11 01 00"));
  EXPECT_EQ(hex(pickle.substr(20 + 70000)),
            written("95 08 00 00 00 00 00 00 00 94 8c 01 'b' 94 87 94 2e"));
}

TEST(Pickler, TheSecondMentionIsAReference) {
  const Object text = "abc";

  EXPECT_EQ(body(tuple{text, text}), "8c 03 61 62 63 94 68 00 86 94");
  EXPECT_EQ(body(tuple{"abc", "abc"}), "8c 03 61 62 63 94 8c 03 61 62 63 94 86 94")
      << "two objects";
  EXPECT_EQ(body(tuple{"a", "a"}), "8c 01 61 94 68 00 86 94") << "one character is one object";
}

TEST(Pickler, RecursiveListAndTupleEnd) {
  const Object self = list{};
  self.append(self);
  EXPECT_EQ(body(self), "5d 94 68 00 61");
  self.clear();

  const Object inner = list{};
  const Object outer = tuple{inner};
  inner.append(outer);
  EXPECT_EQ(body(outer), "5d 94 68 00 85 94 61 30 68 01");
  inner.clear();
}

// Messages of a real manager session.
TEST(Pickler, WritesTheCapturedMessages) {
  const struct {
    Object value;
    const char* bytes;
  } captures[] = {
      {tuple{nullptr, "dummy", tuple{}, dict{}},
       "80 04 95 10 00 00 00 00 00 00 00 28 4e 8c 05 'dummy' 94 29 7d 94 74 94 2e"},
      {tuple{"#RETURN", nullptr},
       "80 04 95 0e 00 00 00 00 00 00 00 8c 07 '#RETURN' 94 4e 86 94 2e"},
      {tuple{nullptr, "create", tuple{"list", list{1, 2}}, dict{}},
       "80 04 95 21 00 00 00 00 00 00 00 28 4e 8c 06 'create' 94 8c 04 'list' 94 5d 94 28 4b 01 "
       "4b 02 65 86 94 7d 94 74 94 2e"},
      {tuple{"7f6c59f2a940", "append", tuple{3}, dict{}},
       "80 04 95 22 00 00 00 00 00 00 00 28 8c 0c '7f6c59f2a940' 94 8c 06 'append' 94 4b 03 85 94 "
       "7d 94 74 94 2e"},
      {tuple{1, 13038}, "80 04 95 08 00 00 00 00 00 00 00 4b 01 4d ee 32 86 94 2e"},
  };
  for (const auto& capture : captures) {
    EXPECT_EQ(hex(dumps(capture.value)), hex(unhex(capture.bytes)));
    EXPECT_EQ(loads(unhex(capture.bytes)), capture.value);
  }
}

TEST(Pickler, AFailedPickleLeavesTheBufferAsItWas) {
  Object deep = list{};
  for (int i = 0; i < 2000; ++i) deep = list{deep};
  detail::ByteBuffer out;
  out.append("header", 6);

  EXPECT_THROW(serial::dumps_to(out, deep), PicklingError);

  EXPECT_EQ(out.text(), "header");
  serial::dumps_to(out, nullptr);
  EXPECT_EQ(hex(out.text().substr(6)), "80 04 4e 2e");
}

}  // namespace
}  // namespace mp
