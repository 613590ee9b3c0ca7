#include "proc/fork_request.hpp"

#include "os/packet.hpp"
#include <libmp/exceptions.hpp>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace mp::proc {
namespace {

constexpr std::byte kMore{0};

}  // namespace

bool send_request(int requests, Request request, std::span<const int> descriptors) {
  return os::send_packet(requests, std::as_bytes(std::span(&request, 1)), descriptors);
}

// One packet with the count and the content, then as many as the descriptors need.
void send_parcel(int link, const Parcel& parcel) {
  const std::uint64_t count = parcel.descriptors.size();
  const std::array content = {parcel.content.get()};
  bool goes = os::send_packet(link, std::as_bytes(std::span(&count, 1)), content);
  std::span<const int> rest = parcel.descriptors;
  while (goes && !rest.empty()) {
    const std::size_t size = std::min(rest.size(), os::kDescriptorsPerPacket);
    goes = os::send_packet(link, std::span(&kMore, 1), rest.first(size));
    rest = rest.subspan(size);
  }
}

std::optional<ReceivedParcel> receive_parcel(int link) {
  std::uint64_t count = 0;
  auto first = os::receive_packet(link, std::as_writable_bytes(std::span(&count, 1)));
  if (!first) return std::nullopt;
  if (first->size != sizeof count || first->descriptors.size() != 1)
    throw UnpicklingError("what the fork server's child was given does not begin as it should");
  ReceivedParcel parcel{std::move(first->descriptors.front()), {}};
  while (parcel.descriptors.size() < count) {
    std::byte more{};
    auto next = os::receive_packet(link, std::span(&more, 1));
    if (!next) return std::nullopt;
    std::move(next->descriptors.begin(), next->descriptors.end(),
              std::back_inserter(parcel.descriptors));
  }
  return parcel;
}

}  // namespace mp::proc
