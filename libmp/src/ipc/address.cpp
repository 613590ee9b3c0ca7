#include <libmp/exceptions.hpp>
#include <libmp/listener.hpp>

namespace mp {
namespace {

constexpr std::size_t kLongestAbstract = 108;  // with its NUL: sun_path
// What a path's last part may have if the rest is named as /proc/self/fd/<number>.
constexpr std::size_t kLongestFileName = 80;

std::string checked_path(std::string_view path) {
  if (path.empty()) throw ValueError("address: the path is empty");
  if (path.starts_with("\\\\")) {
    throw ValueError("address '" + std::string(path) + "': Windows pipes do not exist here");
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
    : family_(AddressFamily::Inet), text_(host), port_(static_cast<std::uint16_t>(port)) {
  if (port < 0 || port > 65535) {
    throw ValueError("address: port " + std::to_string(port) + " is not between 0 and 65535");
  }
  if (host.find('\0') != std::string_view::npos) throw ValueError("address: NUL in the host name");
}

std::string Address::str() const {
  if (family_ == AddressFamily::Inet) return text_ + ":" + std::to_string(port_);
  return is_abstract() ? "@" + text_.substr(1) : text_;
}

}  // namespace mp
