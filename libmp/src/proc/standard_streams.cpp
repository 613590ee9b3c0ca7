#include "proc/standard_streams.hpp"

#include <cstdio>
#include <cwchar>
#include <iostream>
#include <streambuf>

#include <stdio_ext.h>

namespace mp::proc {
namespace {

// Not through the stream itself: one that was told to throw may do so in a destructor.
template <class Stream>
void flush(Stream& stream) noexcept {
  try {
    if (auto* buffer = stream.rdbuf(); buffer != nullptr) buffer->pubsync();
  } catch (...) {  // a buffer of the user's own
  }
}

}  // namespace

void flush_standard_streams() noexcept {
  flush(std::cout);
  flush(std::cerr);
  flush(std::clog);
  const bool is_wide = std::fwide(stdout, 0) > 0 || std::fwide(stderr, 0) > 0;
  if (is_wide) {
    flush(std::wcout);
    flush(std::wcerr);
    flush(std::wclog);
  }
  (void)std::fflush(stdout);
  (void)std::fflush(stderr);
}

void write_to_stderr(std::string_view text) noexcept {
  try {
    std::streambuf* buffer = std::cerr.rdbuf();
    if (buffer == nullptr) return;
    buffer->sputn(text.data(), static_cast<std::streamsize>(text.size()));
    buffer->pubsync();
  } catch (...) {
  }
}

void forget_buffered_input() noexcept { ::__fpurge(stdin); }

}  // namespace mp::proc
