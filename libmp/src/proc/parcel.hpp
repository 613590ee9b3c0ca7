// Parcel: what a child of spawn or forkserver is given, since it inherits nothing: who it is, what
// it is to run, and the descriptors that go along.
#pragma once

#include "logging/logging.hpp"
#include "os/unique_fd.hpp"
#include "proc/process_core.hpp"
#include "proc/start_method.hpp"
#include "shm/tracker.hpp"
#include <libmp/detail/byte_buffer.hpp>
#include <libmp/detail/luggage.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace mp::proc {

inline constexpr std::uint32_t kNoDescriptor = ~std::uint32_t{0};

// Descriptors are given by their number in the luggage.
struct Preparation {
  Identity identity;
  StartMethod method = StartMethod::Spawn;
  std::uint32_t parent_pid = 0;
  std::string parent_name;
  std::string birth;      // see probe::birth_certificate
  std::string directory;  // the parent's working directory; empty if it has none
  logging::Settings logging;
  std::uint32_t parent_pidfd = kNoDescriptor;
  std::uint32_t lifeline = kNoDescriptor;  // of the tree; none for a detached child
  std::uint32_t server = kNoDescriptor;    // the tree's fork server, if there is one
  std::uint32_t server_pidfd = kNoDescriptor;
  shm::TrackerPlace tracker;
};

// The descriptors are still the sender's: its arguments keep them open until the child has them.
struct Parcel {
  os::UniqueFd content;
  std::vector<int> descriptors;
};

// `body` is what the child will unpack: Preparation and target. Throws OSError.
Parcel make_parcel(const detail::ByteBuffer& body, const detail::Luggage& luggage);

// What make_parcel was given. Throws UnpicklingError for anything else.
std::vector<std::byte> body_of_parcel(int content);

// The numbers that the descriptors had in the sender: a child of spawn has them at the same. Throws
// OSError, UnpicklingError.
std::vector<int> descriptors_of_sender(int content);

// In the child: becomes what the parcel says, runs it and ends. The border that no exception
// passes.
[[noreturn]] void unpack_and_run(os::UniqueFd content,
                                 std::vector<os::UniqueFd> descriptors) noexcept;

}  // namespace mp::proc
