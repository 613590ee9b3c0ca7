// main() of test programs whose children are made by spawn and forkserver: they come in here as
// well.
#include <libmp/freeze_support.hpp>

#include <signal.h>

#include <gmock/gmock.h>

int main(int argc, char** argv) {
  mp::freeze_support(argc, argv);
  ::signal(SIGPIPE, SIG_IGN);
  testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
