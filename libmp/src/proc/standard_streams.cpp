#include "proc/standard_streams.hpp"

#include <cstdio>
#include <iostream>
#include <streambuf>
#include <typeinfo>

#include <stdio_ext.h>

#include <ext/stdio_sync_filebuf.h>

namespace mp::proc {
namespace {

// Not through the stream itself: one that was told to throw may do so in a destructor. A buffer
// that only hands on to stdio is left to fflush().
template <class Stream>
void sync_buffer(Stream& stream) noexcept {
  using Synced = __gnu_cxx::stdio_sync_filebuf<typename Stream::char_type>;
  try {
    auto* buffer = stream.rdbuf();
    if (buffer != nullptr && typeid(*buffer) != typeid(Synced)) buffer->pubsync();
  } catch (...) {  // a buffer of the user's own
  }
}

// What glibc's fwide() and __fpending() tell, from its fields: in a child that has just been
// forked, each function that is called for the first time is a page to fetch.
bool is_wide(const std::FILE& stream) noexcept { return stream._mode > 0; }
bool has_output(const std::FILE& stream) noexcept {
  return is_wide(stream) || stream._IO_write_ptr > stream._IO_write_base;
}
bool has_input(const std::FILE& stream) noexcept {
  return is_wide(stream) || stream._IO_read_ptr != stream._IO_read_end;
}

}  // namespace

void flush_standard_streams() noexcept {
  sync_buffer(std::cout);
  sync_buffer(std::cerr);
  sync_buffer(std::clog);
  if (is_wide(*stdout) || is_wide(*stderr)) {
    sync_buffer(std::wcout);
    sync_buffer(std::wcerr);
    sync_buffer(std::wclog);
  }
  for (std::FILE* stream : {stdout, stderr}) {
    if (has_output(*stream)) (void)std::fflush(stream);
  }
}

std::vector<std::string> unflushed_streams() {
  std::vector<std::string> names;
  if (__fpending(stdout) > 0) names.emplace_back("stdout");
  if (__fpending(stderr) > 0) names.emplace_back("stderr");
  return names;
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

void forget_buffered_input() noexcept {
  if (has_input(*stdin)) ::__fpurge(stdin);
}

}  // namespace mp::proc
