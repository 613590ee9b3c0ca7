// Keyed digests for the handshake. The only file that knows OpenSSL is auth.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mp::ipc {

// Those that Python's handshake allows.
enum class Digest : std::uint8_t { Md5, Sha256, Sha384, Sha3_256, Sha3_384 };

// As it stands on the wire: "md5", "sha3_256".
std::string_view digest_name(Digest digest) noexcept;
std::optional<Digest> digest_from_name(std::string_view name) noexcept;

// HMAC, raw bytes. Empty when this system's OpenSSL refuses the digest (MD5 under FIPS rules).
std::optional<std::string> hmac(Digest digest, std::string_view key, std::string_view message);

// Compares in a time that depends on the lengths only.
bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept;

// The key that processes of one tree share unless told otherwise: 32 random bytes, chosen when the
// program starts, so that every forked child has the same. Threads: any.
// current_process().authkey() shows it.
std::string process_authkey();
void set_process_authkey(std::string_view key);

}  // namespace mp::ipc
