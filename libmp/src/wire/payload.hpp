// Encoding of the structs that travel in Event payloads: fixed little-endian fields in order, then each string as
// u32 length and bytes, then each list as u32 count and its records. Decoders accept longer records (fields of a newer version are ignored) and refuse short ones.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "wire/event.hpp"

namespace mp::wire {

std::string encode(const ProcessInfo& info, std::string room = {});  // in the memory of `room`
std::string encode(const ObjectInfo& info);
std::string encode(const ObjectCounters& counters);
std::string encode(const PeerInfo& peer);
std::string encode(const SampleInfo& sample);
std::string encode(const ForkRisk& risk);
std::string encode(const CallSite& site);
std::string encode(const WaitSet& set);

// Empty when the bytes are not such a record. Strings are cut at 4 KiB.
std::optional<ProcessInfo> decode_process_info(std::string_view bytes);
std::optional<ObjectInfo> decode_object_info(std::string_view bytes);
std::optional<ObjectCounters> decode_object_counters(std::string_view bytes);
std::optional<PeerInfo> decode_peer_info(std::string_view bytes);
std::optional<SampleInfo> decode_sample_info(std::string_view bytes);
std::optional<ForkRisk> decode_fork_risk(std::string_view bytes);
std::optional<CallSite> decode_call_site(std::string_view bytes);
std::optional<WaitSet> decode_wait_set(std::string_view bytes);

}  // namespace mp::wire
