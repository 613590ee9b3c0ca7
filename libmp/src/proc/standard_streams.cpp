#include "proc/standard_streams.hpp"

#include <cstdio>
#include <iostream>

#include <stdio_ext.h>

namespace mp::proc {
namespace {

template <class Stream>
void flush(Stream& stream) noexcept {
  try {
    stream.flush();
  } catch (...) {  // exceptions() was asked for; the state of the stream tells the story
  }
}

}  // namespace

void flush_standard_streams() noexcept {
  flush(std::cout);
  flush(std::cerr);
  flush(std::clog);
  flush(std::wcout);
  flush(std::wcerr);
  flush(std::wclog);
  (void)std::fflush(stdout);
  (void)std::fflush(stderr);
}

void forget_buffered_input() noexcept { ::__fpurge(stdin); }

}  // namespace mp::proc
