#include "proc/parcel.hpp"

#include "os/child.hpp"
#include "os/memory.hpp"
#include "os/shared_file.hpp"
#include "proc/child_main.hpp"
#include "proc/family.hpp"
#include "proc/standard_streams.hpp"
#include <libmp/exceptions.hpp>
#include <libmp/serialize.hpp>

#include <cstring>
#include <exception>
#include <utility>

namespace mp::proc {
namespace {

// In front of the body: how many descriptors, and their numbers in the sender.
struct Head {
  std::uint64_t magic = 0;
  std::uint64_t body_bytes = 0;
  std::uint64_t descriptors = 0;
};
constexpr std::uint64_t kMagic = 0x314c'4543'5241'504d;  // "MPARCEL1"
constexpr std::uint64_t kMostDescriptors = 1 << 20;

void write_all(int fd, std::uint64_t offset, const void* data, std::size_t size) {
  const std::span bytes(static_cast<const std::byte*>(data), size);
  if (!os::write_at(fd, offset, bytes)) throw OSError(ENOSPC, "write what a child is to be given");
}

Head read_head(int content) {
  Head head;
  const std::size_t got = os::read_at(content, 0, std::as_writable_bytes(std::span(&head, 1)));
  if (got != sizeof head || head.magic != kMagic || head.descriptors > kMostDescriptors) {
    throw UnpicklingError(
        "what this process was given is not from a parent with the same version of libmp");
  }
  return head;
}

std::uint64_t body_offset(const Head& head) noexcept {
  return sizeof head + head.descriptors * sizeof(int);
}

std::vector<int> released(std::vector<os::UniqueFd> descriptors) {
  std::vector<int> numbers;
  numbers.reserve(descriptors.size());
  for (os::UniqueFd& fd : descriptors) numbers.push_back(fd.release());
  return numbers;
}

std::unique_ptr<Process> unpack(os::UniqueFd content, std::vector<os::UniqueFd> descriptors,
                                std::string& name) {
  const std::vector<std::byte> body = body_of_parcel(content.get());
  content.reset();
  detail::Luggage luggage(released(std::move(descriptors)));
  detail::InArchive archive(body, &luggage);
  const auto preparation = archive.read_new<Preparation>();
  name = preparation.identity.name;
  auto self = Family::instance().become_sent_child(preparation, luggage);
  std::unique_ptr<Process> process = ProcessAccess::unpack(archive);
  archive.finish();
  ProcessAccess::become_self(*process, std::move(self));
  Family::instance()
      .number_children_from_one();  // the object above was made like a child of this process
  return process;
}

}  // namespace

Parcel make_parcel(const detail::ByteBuffer& body, const detail::Luggage& luggage) {
  const Head head{kMagic, body.size(), luggage.descriptors().size()};
  Parcel parcel{os::create_memfd("libmp-start", body_offset(head) + head.body_bytes),
                luggage.descriptors()};
  const int fd = parcel.content.get();
  write_all(fd, 0, &head, sizeof head);
  write_all(fd, sizeof head, parcel.descriptors.data(), parcel.descriptors.size() * sizeof(int));
  write_all(fd, body_offset(head), body.data(), body.size());
  return parcel;
}

std::vector<std::byte> body_of_parcel(int content) {
  const Head head = read_head(content);
  if (head.body_bytes > os::file_size(content))
    throw UnpicklingError("what this process was given is incomplete");
  std::vector<std::byte> body(head.body_bytes);
  if (os::read_at(content, body_offset(head), body) != body.size())
    throw UnpicklingError("what this process was given is incomplete");
  return body;
}

std::vector<int> descriptors_of_sender(int content) {
  std::vector<int> numbers(read_head(content).descriptors);
  const auto room = std::as_writable_bytes(std::span(numbers));
  if (os::read_at(content, sizeof(Head), room) != room.size())
    throw UnpicklingError("a list of descriptors is cut short");
  return numbers;
}

void unpack_and_run(os::UniqueFd content, std::vector<os::UniqueFd> descriptors) noexcept {
  std::string name = "of unknown name";
  try {
    const std::unique_ptr<Process> process =
        unpack(std::move(content), std::move(descriptors), name);
    run_child(*process, name);
  } catch (...) {
    end_failed_child(name);
  }
}

}  // namespace mp::proc
