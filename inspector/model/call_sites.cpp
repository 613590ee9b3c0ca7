#include "model/call_sites.hpp"

#include <array>
#include <charconv>
#include <string_view>

namespace inspector::model {
namespace {

// The last two components find the place; the rest is somebody's disk.
std::string_view short_path(std::string_view path, int components) {
  std::size_t slash = path.size();
  while (components-- > 0 && slash != 0 && slash != std::string_view::npos)
    slash = path.rfind('/', slash - 1);
  return slash == 0 || slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string hex(std::uint64_t value) {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, 16);
  return "0x" + std::string(digits.data(), end.ptr);
}

std::string text_of(const wire::CallSite& site) {
  if (site.line != 0)
    return std::string(short_path(site.file, 2)) + ":" + std::to_string(site.line);
  if (site.calls.empty() || site.calls[0].module >= site.modules.size()) return site.function;
  const std::string address = std::string(short_path(site.modules[site.calls[0].module].path, 1)) +
                              "+" + hex(site.calls[0].offset);
  return site.function.empty() ? address : site.function + " (" + address + ")";
}

}  // namespace

const std::string& CallSites::text(Puid process, std::uint16_t number) const noexcept {
  static const std::string kNone;
  const auto at = rows_.find({process, number});
  return at == rows_.end() ? kNone : at->second;
}

bool CallSites::add(Puid process, std::uint16_t number, const wire::CallSite& site) {
  const Key key{process, number};
  if (number == 0 || (rows_.size() >= kMaxRows && !rows_.contains(key))) return false;
  rows_[key] = text_of(site);
  return true;
}

}  // namespace inspector::model
