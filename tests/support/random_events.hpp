// RandomEvents: event streams without sense, from a seed: few subjects, so that facts meet; any
// kind, so that nothing is taken for granted; payloads that are right, cut or noise. The same seed
// gives the same stream everywhere.
#pragma once

#include "wire/event.hpp"
#include "wire/payload.hpp"

#include <random>
#include <string>

namespace support {

class RandomEvents {
 public:
  explicit RandomEvents(std::uint64_t seed) : random_(seed) {}

  mp::wire::Batch batch(std::size_t count) {
    mp::wire::Batch out;
    for (std::size_t i = 0; i < count; ++i) {
      const mp::wire::Event event = next();
      out.add(event, payload(event.kind));
    }
    return out;
  }

 private:
  using Kind = mp::wire::EventKind;

  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  // Mostly small, sometimes at the edge of its width.
  std::uint64_t number() { return below(20) == 0 ? random_() >> below(64) : below(12); }

  mp::wire::Event next() {
    t_ += below(3'000'000);
    mp::wire::Event event;
    event.t_ns = below(10) == 0 ? t_ - below(5'000'000) : t_;
    event.process = below(6);
    event.object = static_cast<std::uint32_t>(below(8));
    event.thread = below(5) == 0 ? mp::wire::kNoThread : static_cast<std::uint16_t>(below(3));
    event.kind = static_cast<Kind>(below(112));
    event.c = static_cast<std::uint32_t>(number());
    event.a = number();
    event.flags = static_cast<std::uint16_t>(below(15));
    // A story needs its actors more often than chance names them.
    if (below(8) == 0) event.kind = Kind::Declare;
    if (below(12) == 0) event.kind = Kind::Hello;
    return event;
  }

  std::string payload(Kind kind) {
    std::string bytes;
    switch (kind) {
      case Kind::Hello: {
        mp::wire::ProcessInfo info;
        info.pid = static_cast<std::uint32_t>(100 + below(6));
        info.parent = below(6);
        info.inherited_upto = static_cast<std::uint32_t>(below(8));
        info.method = static_cast<std::uint8_t>(below(6));
        info.name = "Process-" + std::to_string(below(9));
        bytes = encode(info);
        break;
      }
      case Kind::Declare: {
        mp::wire::ObjectInfo info;
        info.kind = static_cast<mp::wire::ObjectKind>(below(21));
        info.how = static_cast<std::uint16_t>(below(5));
        info.inode = below(5);
        info.offset = below(2);
        info.capacity = below(3);
        info.name = "thing";
        bytes = encode(info);
        break;
      }
      case Kind::Counters:
        bytes = encode(mp::wire::ObjectCounters{number(), number(), number(), number(), number(),
                                                number(), number(), number()});
        break;
      case Kind::Sample:
        bytes = encode(mp::wire::SampleInfo{number(), number(), 1, 2});
        break;
      case Kind::ForkRisk: {
        const auto few = [this] { return static_cast<std::uint32_t>(below(3)); };
        bytes = encode(mp::wire::ForkRisk{few(), few(), few(), few(), "thing", "stdout", ""});
        break;
      }
      case Kind::Peer: {
        const auto name = [this] {
          return below(2) == 0 ? std::string() : "h:" + std::to_string(below(3));
        };
        mp::wire::PeerInfo peer;
        peer.inode = below(5);
        peer.offset = below(2);
        peer.local = name();
        peer.remote = name();
        bytes = encode(peer);
        break;
      }
      case Kind::CallSite: {
        mp::wire::CallSite site;
        site.line = static_cast<std::uint32_t>(number());
        site.file = "/home/bank/transfer.cpp";
        site.modules = {{"/bin/bank", "c0ffee"}};
        site.calls = {{static_cast<std::uint32_t>(below(2)), number()}};
        bytes = encode(site);
        break;
      }
      case Kind::WaitSet: {
        mp::wire::WaitSet set{.count = static_cast<std::uint32_t>(below(4)), .things = {}};
        for (std::uint64_t left = below(4); left != 0; --left)
          set.things.push_back({static_cast<std::uint32_t>(below(8)), below(2) * below(6)});
        bytes = encode(set);
        break;
      }
      default:
        bytes.assign(below(20), 'x');
        break;
    }
    if (below(10) == 0) bytes.resize(below(bytes.size() + 1));
    return bytes;
  }

  std::mt19937_64 random_;
  std::uint64_t t_ = 1'000'000'000;
};

}  // namespace support
