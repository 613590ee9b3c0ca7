#include "wire/payload.hpp"

#include "wire/bytes.hpp"

#include <utility>

namespace mp::wire {
namespace {

constexpr std::size_t kMaxText = 4096;
constexpr std::size_t kMaxListed = 64;

// One list of fields per record serves both directions.
struct Out {
  std::string bytes;
  template <class... Ints>
  void ints(const Ints&... values) {
    (put_le(bytes, values), ...);
  }
  void text(const std::string& value) {
    const std::string_view kept = std::string_view(value).substr(0, kMaxText);
    put_le(bytes, static_cast<std::uint32_t>(kept.size()));
    bytes.append(kept);
  }
  void list(const auto& records) {
    put_le(bytes, static_cast<std::uint32_t>(records.size()));
    for (const auto& record : records) fields(*this, record);
  }
};

struct In {
  ByteReader bytes;
  template <class... Ints>
  void ints(Ints&... values) {
    ((values = bytes.le<Ints>()), ...);
  }
  void text(std::string& value) {
    value = bytes.take(bytes.le<std::uint32_t>()).substr(0, kMaxText);
  }
  void list(auto& records) {
    const auto count = bytes.le<std::uint32_t>();
    if (count > kMaxListed) bytes.fail();
    for (std::uint32_t i = 0; bytes.ok() && i < count; ++i) fields(*this, records.emplace_back());
  }
};

void fields(auto& io, auto& info)
  requires requires { info.command_line; }
{
  io.ints(info.pid, info.parent_pid, info.start_ticks, info.parent, info.root, info.born_ns,
          info.inherited_upto);
  io.ints(info.level, info.method, info.daemon);
  io.text(info.name);
  io.text(info.exe);
  io.text(info.command_line);
  io.text(info.host);
}

void fields(auto& io, auto& info)
  requires requires { info.site; }
{
  io.ints(info.kind, info.how, info.device, info.inode, info.offset, info.capacity);
  io.text(info.name);
  io.text(info.site);
}

void fields(auto& io, auto& counters)
  requires requires { counters.blocked_ns; }
{
  io.ints(counters.in, counters.out, counters.in_bytes, counters.out_bytes);
  io.ints(counters.blocked, counters.blocked_ns, counters.in_number, counters.out_number);
}

void fields(auto& io, auto& peer)
  requires requires { peer.remote; }
{
  io.ints(peer.device, peer.inode, peer.offset, peer.pid);
  io.text(peer.local);
  io.text(peer.remote);
}

void fields(auto& io, auto& sample)
  requires requires { sample.rss_bytes; }
{
  io.ints(sample.cpu_ns, sample.rss_bytes, sample.threads, sample.fds);
}

void fields(auto& io, auto& risk)
  requires requires { risk.streams_named; }
{
  io.ints(risk.threads, risk.locks, risk.streams, risk.descriptors);
  io.text(risk.locks_named);
  io.text(risk.streams_named);
  io.text(risk.descriptors_named);
}

void fields(auto& io, auto& module)
  requires requires { module.build_id; }
{
  io.text(module.path);
  io.text(module.build_id);
}

void fields(auto& io, auto& call)
  requires requires { call.module; }
{
  io.ints(call.module, call.offset);
}

void fields(auto& io, auto& site)
  requires requires { site.calls; }
{
  io.ints(site.line);
  io.text(site.file);
  io.text(site.function);
  io.list(site.modules);
  io.list(site.calls);
}

void fields(auto& io, auto& thing)
  requires requires { thing.process; }
{
  io.ints(thing.object, thing.process);
}

void fields(auto& io, auto& set)
  requires requires { set.things; }
{
  io.ints(set.count);
  io.list(set.things);
}

template <class Record>
std::string write(const Record& record, std::string room = {}) {
  Out out{std::move(room)};
  out.bytes.clear();
  fields(out, record);
  return std::move(out.bytes);
}

template <class Record>
std::optional<Record> read(std::string_view bytes) {
  In in{ByteReader(bytes)};
  Record record;
  fields(in, record);
  if (!in.bytes.ok()) return std::nullopt;
  return record;
}

}  // namespace

std::string encode(const ProcessInfo& info, std::string room) {
  return write(info, std::move(room));
}
std::string encode(const ObjectInfo& info) { return write(info); }
std::string encode(const ObjectCounters& counters) { return write(counters); }
std::string encode(const PeerInfo& peer) { return write(peer); }
std::string encode(const SampleInfo& sample) { return write(sample); }
std::string encode(const ForkRisk& risk) { return write(risk); }
std::string encode(const CallSite& site) { return write(site); }
std::string encode(const WaitSet& set) { return write(set); }

std::optional<ProcessInfo> decode_process_info(std::string_view bytes) {
  return read<ProcessInfo>(bytes);
}
std::optional<ObjectInfo> decode_object_info(std::string_view bytes) {
  return read<ObjectInfo>(bytes);
}
std::optional<ObjectCounters> decode_object_counters(std::string_view bytes) {
  return read<ObjectCounters>(bytes);
}
std::optional<PeerInfo> decode_peer_info(std::string_view bytes) { return read<PeerInfo>(bytes); }
std::optional<SampleInfo> decode_sample_info(std::string_view bytes) {
  return read<SampleInfo>(bytes);
}
std::optional<ForkRisk> decode_fork_risk(std::string_view bytes) { return read<ForkRisk>(bytes); }
std::optional<CallSite> decode_call_site(std::string_view bytes) { return read<CallSite>(bytes); }
std::optional<WaitSet> decode_wait_set(std::string_view bytes) { return read<WaitSet>(bytes); }

}  // namespace mp::wire
