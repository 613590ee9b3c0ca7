#include "ipc/connection_access.hpp"
#include "ipc/handshake.hpp"
#include <libmp/exceptions.hpp>
#include <libmp/listener.hpp>

#include <optional>
#include <string>

namespace mp {
namespace {

std::string receive(Connection& connection, Timeout timeout) {
  return connection.recv_bytes(ipc::kHandshakeLimit, timeout);
}

}  // namespace

void deliver_challenge(Connection& connection, std::string_view authkey, std::string_view digest,
                       Timeout timeout) {
  const std::optional<ipc::Digest> chosen = ipc::digest_from_name(digest);
  if (!chosen) {
    throw ValueError("deliver_challenge: digest '" + std::string(digest) + "' is not allowed");
  }
  const std::string challenge = ipc::make_challenge(*chosen);
  connection.send_bytes(std::string(ipc::kChallenge) + challenge);
  const std::string response = receive(connection, timeout);
  const Result<void> verdict = ipc::verify_response(challenge, response, authkey);
  connection.send_bytes(verdict.ok() ? ipc::kWelcome : ipc::kFailure);
  if (!verdict.ok()) throw AuthenticationError("deliver_challenge: " + verdict.failure().text);
}

void answer_challenge(Connection& connection, std::string_view authkey, Timeout timeout) {
  ipc::ConnectionAccess::expect_challenge(connection);
  const std::string message = receive(connection, timeout);
  if (!message.starts_with(ipc::kChallenge)) {
    throw AuthenticationError("answer_challenge: the peer sent no challenge");
  }
  const std::string_view challenge = std::string_view(message).substr(ipc::kChallenge.size());
  const Result<std::string> answer = ipc::answer_to(challenge, authkey);
  if (!answer.ok()) throw AuthenticationError("answer_challenge: " + answer.failure().text);
  connection.send_bytes(answer.value());
  if (receive(connection, timeout) != ipc::kWelcome) {
    throw AuthenticationError("answer_challenge: digest sent was rejected: the keys differ");
  }
}

}  // namespace mp
