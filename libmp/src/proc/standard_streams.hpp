// The standard streams around fork and at the end of a child: nothing buffered is printed twice,
// nothing is lost.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mp::proc {

// stdout, stderr and their C++ namesakes. Errors (closed, full) are nobody's here: the child must
// run all the same. Other streams are left alone: fflush(nullptr) would wait for a thread that
// reads from one.
void flush_standard_streams() noexcept;

// "stdout", "stderr": those that still hold output, which could not be written.
std::vector<std::string> unflushed_streams();

// In one piece, so that the lines of several processes do not mix.
void write_to_stderr(std::string_view text) noexcept;

// Drops what stdin has read ahead: it was typed for the parent.
void forget_buffered_input() noexcept;

}  // namespace mp::proc
