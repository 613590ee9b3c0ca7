#include "report/inspector_place.hpp"

#include <libmp/exceptions.hpp>

#include <array>
#include <charconv>
#include <cstdlib>

#include "os/random.hpp"
#include "os/runtime_dir.hpp"
#include "os/shared_file.hpp"

namespace mp::report {
namespace {

std::string runtime_dir() {
  auto dir = os::make_runtime_dir();
  if (!dir) {
    throw RuntimeError("no directory for the rendezvous with the inspector: XDG_RUNTIME_DIR, /dev/shm and /tmp are not "
                       "writable; give an address, such as MP_INSPECT=localhost:7440");
  }
  return *std::move(dir);
}

}  // namespace

Address inspector_address(std::string_view text) {
  if (text.empty() || text == "1") return Address(runtime_dir() + "/inspector.sock");
  if (text.front() == '/') return Address(text);
  std::string_view rest = text;
  if (rest.starts_with("tcp://")) rest.remove_prefix(6);
  const auto colon = rest.rfind(':');
  int port = 0;
  if (colon != std::string_view::npos) {
    const char* end = rest.data() + rest.size();
    const auto parsed = std::from_chars(rest.data() + colon + 1, end, port);
    if (parsed.ec == std::errc() && parsed.ptr == end && port > 0 && port < 65536) {
      return Address(rest.substr(0, colon), port);
    }
  }
  throw ValueError("'" + std::string(text) +
                   "' is no address of an inspector: it must be 1, a path of a unix socket, or host:port");
}

std::string inspector_key() {
  if (const char* given = std::getenv("MP_INSPECT_KEY"); given != nullptr && *given != '\0') return given;
  const std::string path = runtime_dir() + "/inspector.key";
  std::string key = os::read_text(path, 4096);
  if (!key.empty()) return key;
  std::array<char, 32> fresh{};
  os::random_bytes(std::as_writable_bytes(std::span(fresh)));
  os::create_private_file(path, std::string_view(fresh.data(), fresh.size()));
  key = os::read_text(path, 4096);  // of whoever came first
  if (key.empty()) throw RuntimeError("the inspector's key file cannot be made or read: " + path);
  return key;
}

}  // namespace mp::report
