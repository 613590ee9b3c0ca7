// Texts as CPython 3.11 prints them; python_peer_test compares many more with the real one.
#include "serial/float_text.hpp"
#include <libmp/object.hpp>

#include <cmath>
#include <limits>
#include <string_view>

#include <gtest/gtest.h>

namespace mp {
namespace {

using serial::float_text;

TEST(FloatText, IsPythonsRepr) {
  EXPECT_EQ(float_text(0.1), "0.1");
  EXPECT_EQ(float_text(1.0), "1.0");
  EXPECT_EQ(float_text(-0.0), "-0.0");
  EXPECT_EQ(float_text(100.0), "100.0");
  EXPECT_EQ(float_text(123456.789), "123456.789");
  EXPECT_EQ(float_text(1e15), "1000000000000000.0");
  EXPECT_EQ(float_text(9999999999999998.0), "9999999999999998.0");
  EXPECT_EQ(float_text(1e16), "1e+16");
  EXPECT_EQ(float_text(1.5e300), "1.5e+300");
  EXPECT_EQ(float_text(0.0001), "0.0001");
  EXPECT_EQ(float_text(0.00001), "1e-05");
  EXPECT_EQ(float_text(5e-324), "5e-324");
  EXPECT_EQ(float_text(2.0 / 3), "0.6666666666666666");
  EXPECT_EQ(float_text(-std::numeric_limits<double>::infinity()), "-inf");
  EXPECT_EQ(float_text(std::nan("")), "nan");
}

TEST(Repr, ChoosesQuotesAsPythonDoes) {
  EXPECT_EQ(repr("plain"), "'plain'");
  EXPECT_EQ(repr("it's"), "\"it's\"");
  EXPECT_EQ(repr("say \"it's\""), "'say \"it\\'s\"'");
  EXPECT_EQ(repr(bytes("it's")), "b\"it's\"");
}

TEST(Repr, EscapesWhatDoesNotPrint) {
  EXPECT_EQ(repr("a\\b\n\r\t\x01\x7f"), "'a\\\\b\\n\\r\\t\\x01\\x7f'");
  EXPECT_EQ(repr("\xc2\xa0\xc2\xad\xc3\xa9"), "'\\xa0\\xad\xc3\xa9'");
  EXPECT_EQ(repr("\xe2\x80\x8b\xe2\x82\xac"), "'\\u200b\xe2\x82\xac'");
  EXPECT_EQ(repr("\xed\xa0\x80"), "'\\ud800'");
  EXPECT_EQ(repr("\xf0\x9f\x98\x80\xf3\xa0\x80\x81"), "'\xf0\x9f\x98\x80\\U000e0001'");
  EXPECT_EQ(repr(bytes(std::string_view("\0\xff\n", 3))), "b'\\x00\\xff\\n'");
}

TEST(Repr, ShowsContainersAsPythonDoes) {
  EXPECT_EQ(repr(tuple{}), "()");
  EXPECT_EQ(repr(tuple{1}), "(1,)");
  EXPECT_EQ(repr(tuple{1, 2}), "(1, 2)");
  EXPECT_EQ(repr(dict{}), "{}");
  EXPECT_EQ(repr(dict{{"a", list{true, nullptr}}, {2, tuple{}}}), "{'a': [True, None], 2: ()}");
}

TEST(Str, LeavesATextAsItIs) {
  EXPECT_EQ(str("a\n'b'"), "a\n'b'");
  EXPECT_EQ(str(list{"a"}), "['a']");
}

}  // namespace
}  // namespace mp
