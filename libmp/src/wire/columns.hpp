// Columns: the dense form of a Batch, on the wire and in recordings alike: one column per field,
// differences as varints. Format: libmp/doc/wire.md.
#pragma once

#include "base/result.hpp"
#include "wire/event.hpp"

#include <string>
#include <string_view>

namespace mp::wire {

// Payloads are written in the order of their events, so bytes that no event refers to are dropped.
void append_columns(std::string& out, const Batch& batch);

// Hostile-safe: refuses more than max_events, and takes at most 48 bytes of memory per byte of
// input beside the payload. All bytes must belong to the columns. What it gives back has its
// payloads side by side, as Batch::add makes them.
Result<Batch> read_columns(std::string_view bytes, std::size_t max_events);

}  // namespace mp::wire
