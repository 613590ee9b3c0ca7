// CallSites: where in its program each process did something, by the numbers that it uses for these
// places.
#pragma once

#include "model/ids.hpp"

#include <map>
#include <string>

namespace inspector::model {

class CallSites {
 public:
  static constexpr std::size_t kMaxRows = 65536;

  // "bank/transfer.cpp:41"; without names "bank+0x1234", which `addr2line` understands. Empty for
  // number 0 and for what is not known.
  [[nodiscard]] const std::string& text(Puid process, std::uint16_t number) const noexcept;

  // False when the table is full.
  bool add(Puid process, std::uint16_t number, const wire::CallSite& site);

  void io(auto& ar) { ar(rows_); }

 private:
  struct Key {
    Puid process = 0;
    std::uint16_t number = 0;
    auto operator<=>(const Key&) const = default;
    void io(auto& ar) { ar(process, number); }
  };

  std::map<Key, std::string> rows_;
};

}  // namespace inspector::model
