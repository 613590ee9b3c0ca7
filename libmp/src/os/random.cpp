#include "os/random.hpp"

#include "os/check.hpp"

#include <sys/random.h>

namespace mp::os {

void random_bytes(std::span<std::byte> into) {
  while (!into.empty()) {
    const auto got =
        check(retry_eintr([&] { return ::getrandom(into.data(), into.size(), 0); }), "getrandom");
    into = into.subspan(static_cast<std::size_t>(got));
  }
}

}  // namespace mp::os
