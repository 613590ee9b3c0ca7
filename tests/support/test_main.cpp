// main() of every test program.
#include <signal.h>

#include <gmock/gmock.h>

int main(int argc, char** argv) {
  // A peer that dies first is an ordinary case here: the call under test says EPIPE.
  ::signal(SIGPIPE, SIG_IGN);
  testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
