// Whole frames as they were captured between CPython processes, header and pickle: a Connection
// writes them byte by byte, and reads them. What the words mean to a manager is not asked here.
#include "ipc/handshake.hpp"
#include "libmp/serial/hex.hpp"
#include <libmp/connection.hpp>
#include <libmp/object.hpp>
#include <libmp/pickle.hpp>

#include <array>
#include <ostream>
#include <string>
#include <string_view>

#include <sys/socket.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace mp {
namespace {

using test::hex;
using test::unhex;

struct Capture {
  const char* name;
  const char* frame;
  Object value;
};
std::ostream& operator<<(std::ostream& out, const Capture& capture) { return out << capture.name; }

const std::string kIdent = "7f6c59f2a940";

Object control(const char* function, const Object& arguments) {
  return tuple{nullptr, function, arguments, dict{}};
}

// A session with a list, by the process that has the proxy; then two more replies.
const Capture kCaptures[] = {
    {"connect",
     "00 00 00 1b 80 04 95 10 00 00 00 00 00 00 00 28 4e 8c 05 'dummy' 94 29 7d 94 74 94 2e",
     control("dummy", tuple{})},
    {"done", "00 00 00 19 80 04 95 0e 00 00 00 00 00 00 00 8c 07 '#RETURN' 94 4e 86 94 2e",
     tuple{"#RETURN", nullptr}},
    {"create",
     "00 00 00 2c 80 04 95 21 00 00 00 00 00 00 00 28 4e 8c 06 'create' 94 8c 04 'list' 94 5d 94 "
     "28 4b 01 4b 02 65 86 94 7d 94 74 94 2e",
     control("create", tuple{"list", list{1, 2}})},
    {"created",
     "00 00 00 f3 80 04 95 e8 00 00 00 00 00 00 00 8c 07 '#RETURN' 94 8c 0c '7f6c59f2a940' 94 28 "
     "8c 07 '__add__' 94 8c 0c '__contains__' 94 8c 0b '__delitem__' 94 8c 0b '__getitem__' 94 "
     "8c 07 '__len__' 94 8c 07 '__mul__' 94 8c 0c '__reversed__' 94 8c 08 '__rmul__' 94 "
     "8c 0b '__setitem__' 94 8c 06 'append' 94 8c 05 'count' 94 8c 06 'extend' 94 8c 05 'index' 94 "
     "8c 06 'insert' 94 8c 03 'pop' 94 8c 06 'remove' 94 8c 07 'reverse' 94 8c 04 'sort' 94 "
     "8c 08 '__imul__' 94 74 94 86 94 86 94 2e",
     tuple{"#RETURN",
           tuple{kIdent, tuple{"__add__", "__contains__", "__delitem__", "__getitem__", "__len__",
                               "__mul__", "__reversed__", "__rmul__", "__setitem__", "append",
                               "count", "extend", "index", "insert", "pop", "remove", "reverse",
                               "sort", "__imul__"}}}},
    {"incref",
     "00 00 00 2c 80 04 95 21 00 00 00 00 00 00 00 28 4e 8c 06 'incref' 94 8c 0c '7f6c59f2a940' "
     "94 85 94 7d 94 74 94 2e",
     control("incref", tuple{kIdent})},
    {"decref",
     "00 00 00 2c 80 04 95 21 00 00 00 00 00 00 00 28 4e 8c 06 'decref' 94 8c 0c '7f6c59f2a940' "
     "94 85 94 7d 94 74 94 2e",
     control("decref", tuple{kIdent})},
    {"accept_connection",
     "00 00 00 36 80 04 95 2b 00 00 00 00 00 00 00 28 4e 8c 11 'accept_connection' 94 "
     "8c 0b 'MainProcess' 94 85 94 7d 94 74 94 2e",
     control("accept_connection", tuple{"MainProcess"})},
    {"append",
     "00 00 00 2d 80 04 95 22 00 00 00 00 00 00 00 28 8c 0c '7f6c59f2a940' 94 8c 06 'append' 94 "
     "4b 03 85 94 7d 94 74 94 2e",
     tuple{kIdent, "append", tuple{3}, dict{}}},
    {"getitem",
     "00 00 00 4e 80 04 95 43 00 00 00 00 00 00 00 28 8c 0c '7f6c59f2a940' 94 8c 0b '__getitem__' "
     "94 8c 08 'builtins' 94 8c 05 'slice' 94 93 94 4b 00 4b 02 4e 87 94 52 94 85 94 7d 94 74 94 "
     "2e",
     tuple{kIdent, "__getitem__", tuple{slice(0, 2)}, dict{}}},
    {"items",
     "00 00 00 20 80 04 95 15 00 00 00 00 00 00 00 8c 07 '#RETURN' 94 5d 94 28 4b 01 4b 02 65 86 "
     "94 2e",
     tuple{"#RETURN", list{1, 2}}},
    {"index_error",
     "00 00 00 4f 80 04 95 44 00 00 00 00 00 00 00 8c 06 '#ERROR' 94 8c 08 'builtins' 94 "
     "8c 0a 'IndexError' 94 93 94 8c 17 'list index out of range' 94 85 94 52 94 86 94 2e",
     tuple{"#ERROR", exception("IndexError", {"list index out of range"})}},
    {"iterator",
     "00 00 00 94 80 04 95 89 00 00 00 00 00 00 00 8c 06 '#PROXY' 94 28 8c 08 '__next__' 94 "
     "8c 04 'send' 94 8c 05 'throw' 94 8c 05 'close' 94 74 94 8c 18 'multiprocessing.managers' 94 "
     "8c 05 'Token' 94 93 94 29 81 94 8c 08 'Iterator' 94 8c 09 '127.0.0.1' 94 4d af a8 86 94 "
     "8c 0c '7f3317111940' 94 87 94 62 86 94 86 94 2e",
     tuple{"#PROXY",
           tuple{tuple{"__next__", "send", "throw", "close"},
                 instance(global("multiprocessing.managers", "Token"), tuple{},
                          tuple{"Iterator", tuple{"127.0.0.1", 43183}, "7f3317111940"})}}},
    {"stop_iteration",
     "00 00 00 37 80 04 95 2c 00 00 00 00 00 00 00 8c 06 '#ERROR' 94 8c 08 'builtins' 94 "
     "8c 0d 'StopIteration' 94 93 94 29 52 94 86 94 2e",
     tuple{"#ERROR", exception("StopIteration")}},
    {"descriptor_request", "00 00 00 13 80 04 95 08 00 00 00 00 00 00 00 4b 01 4d ee 32 86 94 2e",
     tuple{1, 13038}},
};

class CapturedFrame : public testing::TestWithParam<Capture> {
 private:
  static std::array<int, 2> make() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    return ends;
  }
  const std::array<int, 2> ends_ = make();

 protected:
  Connection connection{ends_[0]};
  const Connection wire{ends_[1]};  // its descriptor alone is used
};
INSTANTIATE_TEST_SUITE_P(Of, CapturedFrame, testing::ValuesIn(kCaptures),
                         [](const auto& tested) { return std::string(tested.param.name); });

TEST_P(CapturedFrame, IsWrittenByteByByte) {
  connection.send(GetParam().value);

  std::string bytes(1000, '\0');
  const ssize_t got = ::recv(wire.fileno(), bytes.data(), bytes.size(), MSG_DONTWAIT);
  ASSERT_GT(got, 0);
  bytes.resize(static_cast<std::size_t>(got));
  EXPECT_EQ(hex(bytes), hex(unhex(GetParam().frame)));
}

TEST_P(CapturedFrame, IsRead) {
  const std::string bytes = unhex(GetParam().frame);
  ASSERT_EQ(::send(wire.fileno(), bytes.data(), bytes.size(), 0),
            static_cast<ssize_t>(bytes.size()));

  EXPECT_EQ(hex(dumps(connection.recv())), hex(dumps(GetParam().value)));
}

TEST(CapturedHandshake, IsWhatAListenerSays) {
  const struct {
    const char* frame;
    const char* answer;
  } captures[] = {
      {"00 00 00 1f 23 43 48 41 4c 4c 45 4e 47 45 23 91 18 4f 2d a2 94 88 36 50 a5 71 73 49 36 6a "
       "6b 57 21 cd 23",
       "83 0f e2 8a d7 a9 d0 63 5c b5 b9 aa dc 87 d1 fd"},
      {"00 00 00 3b '#CHALLENGE#' 7b 73 68 61 32 35 36 7d 3f 12 ff b8 11 aa f3 7d 88 a9 08 7e 24 "
       "78 fd fe 12 cf 8a c2 ea a3 0d ea d2 ac 2c 6c 53 0e a3 fe cc 37 ca d3 64 d8 82 bc",
       "7b 73 68 61 32 35 36 7d dc 54 fd 02 91 35 c4 2b 4a 44 8d 28 52 29 f5 32 a9 1c 40 1d 29 8b "
       "41 2a bf 9d 43 6f 6f 70 e0 79"},
  };
  for (const auto& [captured, answer] : captures) {
    const std::string frame = unhex(captured);
    const std::string message = frame.substr(4 + std::string_view("#CHALLENGE#").size());
    ipc::Handshake listener(ipc::Handshake::Side::Listener, "secret", message);
    EXPECT_EQ(hex(listener.output()), hex(frame));
    listener.output().clear();

    listener.feed(unhex(answer));

    EXPECT_EQ(hex(listener.output()), "00 00 00 09 23 57 45 4c 43 4f 4d 45 23");
  }
}

}  // namespace
}  // namespace mp
