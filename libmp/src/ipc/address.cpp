#include "ipc/address.hpp"

#include <libmp/exceptions.hpp>
#include <libmp/serialize.hpp>

#include <string>
#include <utility>

namespace mp {
namespace {

constexpr std::size_t kLongestAbstract = 108;  // with its NUL: sun_path
// What a path's last part may have if the rest is named as /proc/self/fd/<number>.
constexpr std::size_t kLongestFileName = 80;

std::string checked_path(std::string_view path) {
  if (path.empty()) throw ValueError("address: the path is empty");
  if (path.starts_with("\\\\")) {
    throw ValueError("address '" + std::string(path) +
                     "' is of a Windows pipe: Family AF_PIPE is not recognized.");
  }
  if (path.starts_with('\0')) {
    if (path.size() > kLongestAbstract) throw ValueError("address: the abstract name is too long");
    return std::string(path);
  }
  // A char array may be larger than its text.
  path = path.substr(0, path.find('\0'));
  const std::size_t slash = path.rfind('/');
  const std::size_t name = slash == std::string_view::npos ? path.size() : path.size() - slash - 1;
  if (name > kLongestFileName && path.size() >= kLongestAbstract) {
    throw ValueError("address '" + std::string(path) + "': the file name is too long for a socket");
  }
  return std::string(path);
}

}  // namespace

Address::Address(std::string_view path) : text_(checked_path(path)) {}

Address::Address(std::string_view host, int port)
    : family_(host.find(':') == std::string_view::npos ? AddressFamily::Inet
                                                       : AddressFamily::Inet6),
      text_(host),
      port_(static_cast<std::uint16_t>(port)) {
  if (port < 0 || port > 65535) {
    throw ValueError("address: port " + std::to_string(port) + " is not between 0 and 65535");
  }
  if (host.find('\0') != std::string_view::npos) throw ValueError("address: NUL in the host name");
}

std::string Address::str() const { return os::describe(ipc::endpoint_of(*this)); }

os::Endpoint ipc::endpoint_of(const Address& address) {
  if (address.family() == AddressFamily::Unix) return {true, address.path(), 0};
  return {false, address.host(), address.port()};
}

Address ipc::AddressAccess::address_of(const os::Endpoint& name) {
  if (!name.is_unix) return Address(name.text, name.port);
  return name.text.empty() ? Address() : Address(name.text);
}

Object detail::ObjectCodec<Address>::to(const Address& address) {
  // An abstract name too as a str, which every Python takes.
  if (address.family() == AddressFamily::Unix) return address.path();
  return tuple{address.host(), address.port()};
}

Address detail::ObjectCodec<Address>::from(const Object& object) {
  if (object.kind() == Kind::Tuple) {
    const auto [host, port] = object.as<std::pair<std::string, int>>();
    return {host, port};
  }
  if (object.kind() == Kind::Bytes) {
    const std::span<const std::byte> bytes = object.raw_bytes();
    const std::string_view name(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (!name.starts_with('\0')) {
      throw ValueError("address: " + repr(object) + " is bytes, but no abstract name");
    }
    return name;
  }
  return object.text();
}

void detail::Archiver<Address>::write(OutArchive& archive, const Address& address) {
  archive(address.family() == AddressFamily::Unix, address.path(), address.port());
}

Address detail::Archiver<Address>::make(InArchive& archive) {
  os::Endpoint name;
  archive(name.is_unix, name.text, name.port);
  return ipc::AddressAccess::address_of(name);
}

}  // namespace mp
