// What the tests of handoffs send and how they receive: messages of all sizes, at all paces, so
// that shared memory and socket take turns.
#pragma once

#include "ipc/connection_access.hpp"
#include "os/cpu.hpp"
#include "support/deadline.hpp"
#include <libmp/connection.hpp>
#include <libmp/wait.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace mp::test {

using Random = std::independent_bits_engine<std::mt19937, 32, std::uint32_t>;

// A message that says which it is, and that shows when it was torn.
inline std::string numbered(std::uint32_t number, std::size_t size) {
  std::string text(std::max(size, sizeof number), static_cast<char>(number % 251));
  std::memcpy(text.data(), &number, sizeof number);
  return text;
}

// Its number; ~0 for one that is not whole.
inline std::uint32_t number_of(const std::string& message) {
  std::uint32_t number = 0;
  if (message.size() < sizeof number) return ~std::uint32_t{0};
  std::memcpy(&number, message.data(), sizeof number);
  return message == numbered(number, message.size()) ? number : ~std::uint32_t{0};
}

// From nothing to more than a handoff takes, and now and then more than a socket.
inline std::size_t any_size(Random& random) {
  const std::uint32_t kind = random() % 100;
  if (kind < 90) return random() % 200;
  if (kind < 99) return random() % 5000;
  return random() % 300'000;
}

inline void pause(Random& random) {
  for (std::uint32_t left = random() % 8 == 0 ? random() % 20'000 : 0; left > 0; --left) {
    os::cpu_relax();
  }
}

inline std::string receive_somehow(Connection& connection, Random& random) {
  switch (random() % 4) {
    case 0:
      EXPECT_TRUE(connection.poll(std::chrono::seconds(20)));
      break;
    case 1:
      EXPECT_EQ(wait({connection}, std::chrono::seconds(20)).size(), 1U);
      break;
    default:
      break;
  }
  return connection.recv_bytes();
}

// Whether on both ways somebody has ever looked for a message in shared memory.
inline bool shares_memory(const Connection& connection) {
  const auto was_looked_into = [](const ipc::Handoff* way) { return way && way->offers() > 0; };
  return was_looked_into(ipc::ConnectionAccess::writer(connection, "test").handoff) &&
         was_looked_into(ipc::ConnectionAccess::reader(connection, "test").handoff);
}

// Asks until that is so; a loaded machine may have every answer there before it is looked for.
inline void ask_until_shared(Connection& connection) {
  const support::Deadline deadline(std::chrono::seconds(20));
  for (int i = 0; !shares_memory(connection) && !deadline.passed(); ++i) {
    connection.send_bytes(std::to_string(i));
    EXPECT_EQ(connection.recv_bytes(), std::to_string(i));
  }
  EXPECT_TRUE(shares_memory(connection));
  connection.send_bytes("");
}

inline void answer_all(Connection& connection) {
  while (true) {
    const std::string question = connection.recv_bytes();
    if (question.empty()) return;
    connection.send_bytes(question);
  }
}

}  // namespace mp::test
