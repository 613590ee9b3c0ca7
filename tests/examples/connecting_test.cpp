// The examples of the chapter "Listeners and Clients": they print what Python's documentation says,
// with one another and with the same programs in Python.
#include "support/child_scope.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using support::ChildScope;
using testing::HasSubstr;

const std::string kPrinted = "[2.25, None, 'junk', %]\nhello\n8\n[42, 1729, 0, 0, 0]\n";

const std::string kPythonServer = R"(
from multiprocessing.connection import Listener
from array import array

with Listener(('localhost', 0), authkey=b'secret password') as listener:
    print('listening at', listener.address, flush=True)
    with listener.accept() as conn:
        print('connection accepted from', listener.last_accepted)

        conn.send([2.25, None, 'junk', float])

        conn.send_bytes(b'hello')

        conn.send_bytes(array('i', [42, 1729]))
)";

const std::string kPythonClient = R"(
import sys
from multiprocessing.connection import Client
from array import array

with Client(('localhost', int(sys.argv[1])), authkey=b'secret password') as conn:
    print(conn.recv())

    print(conn.recv_bytes().decode())

    arr = array('i', [0, 0, 0, 0, 0])
    print(conn.recv_bytes_into(arr))
    print(arr.tolist())
)";

// "listening at ('127.0.0.1', 38549)"
std::string port_of(ChildScope& server) {
  EXPECT_TRUE(server.wait_for_output(")\n")) << server.output();
  const std::string& output = server.output();
  const std::size_t begin = output.find(", ") + 2;
  return output.substr(begin, output.find(')') - begin);
}

void expect_meeting(ChildScope& server, const std::vector<std::string>& client_command) {
  std::vector<std::string> command = client_command;
  command.push_back(port_of(server));

  // A class is a name to libmp, and is printed as one.
  const bool is_ours = command.front() == SECRET_CLIENT;
  std::string expected = kPrinted;
  expected.replace(expected.find('%'), 1,
                   is_ours ? "<global 'builtins.float'>" : "<class 'float'>");
  EXPECT_EQ(support::run_command(command).output, expected);
  EXPECT_TRUE(server.wait().ok()) << server.wait().text();
  EXPECT_THAT(server.output(), HasSubstr("connection accepted from ('127.0.0.1', "));
}

TEST(SecretServer, MeetsOurClient) {
  ChildScope server({SECRET_SERVER, "0"});

  expect_meeting(server, {SECRET_CLIENT});
}

TEST(SecretServer, MeetsPythonsClient) {
  ChildScope server({SECRET_SERVER, "0"});

  expect_meeting(server, {"python3", "-c", kPythonClient});
}

TEST(SecretClient, MeetsPythonsServer) {
  ChildScope server({"python3", "-c", kPythonServer});

  expect_meeting(server, {SECRET_CLIENT});
}

TEST(ManyReaders, PrintsTheMessagesOfAllProcesses) {
  const support::ChildEnd end = support::run_command({MANY_READERS});
  ASSERT_TRUE(end.ok()) << end.text();

  for (int child = 1; child <= 4; ++child) {
    const std::string name = "'Process-" + std::to_string(child) + "'";
    std::size_t place = 0;  // what one process sends comes in order
    for (int i = 0; i < 10; ++i) {
      const std::string line = "(" + std::to_string(i) + ", " + name + ")\n";
      const std::size_t found = end.output.find(line, place);
      ASSERT_NE(found, std::string::npos) << line << end.output;
      place = found;
    }
  }
  EXPECT_EQ(std::count(end.output.begin(), end.output.end(), '\n'), 40);
}

}  // namespace
