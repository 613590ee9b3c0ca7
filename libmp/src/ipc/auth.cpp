#include "ipc/auth.hpp"

#include "os/fork_hooks.hpp"
#include "os/random.hpp"

#include <array>
#include <cstddef>
#include <mutex>
#include <span>
#include <utility>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace mp::ipc {
namespace {

constexpr std::array<std::pair<Digest, std::string_view>, 5> kDigests{{
    {Digest::Md5, "md5"},
    {Digest::Sha256, "sha256"},
    {Digest::Sha384, "sha384"},
    {Digest::Sha3_256, "sha3_256"},
    {Digest::Sha3_384, "sha3_384"},
}};

const EVP_MD* openssl_digest(Digest digest) noexcept {
  switch (digest) {
    case Digest::Md5:
      return ::EVP_md5();
    case Digest::Sha256:
      return ::EVP_sha256();
    case Digest::Sha384:
      return ::EVP_sha384();
    case Digest::Sha3_256:
      return ::EVP_sha3_256();
    case Digest::Sha3_384:
      return ::EVP_sha3_384();
  }
  return nullptr;
}

std::string fresh_key() {
  std::string key(32, '\0');
  os::random_bytes(std::as_writable_bytes(std::span(key)));
  return key;
}

// Never destroyed: a key may be asked for until the process ends.
class KeyOfProcess {
 public:
  static KeyOfProcess& instance() {
    static constinit os::Lasting<KeyOfProcess> key(
        {.before = [] { instance().mutex_.lock(); },
         .in_parent = [] { instance().mutex_.unlock(); },
         .in_child = [] { instance().mutex_.unlock(); }});
    return key.get();
  }

  std::string get() {
    const std::scoped_lock guard(mutex_);
    return key_;
  }
  void set(std::string_view key) {
    const std::scoped_lock guard(mutex_);
    if (key_ != key) key_ = key;  // a forked child, which is given the same, copies no page for it
  }

 private:
  std::mutex mutex_;
  std::string key_ = fresh_key();
};

// A key made at its first use would differ between a parent and a child that both come to it late.
[[maybe_unused]] const bool made_before_any_fork = !KeyOfProcess::instance().get().empty();

}  // namespace

std::string_view digest_name(Digest digest) noexcept {
  for (const auto& [value, name] : kDigests) {
    if (value == digest) return name;
  }
  return {};
}

std::optional<Digest> digest_from_name(std::string_view name) noexcept {
  for (const auto& [value, known] : kDigests) {
    if (known == name) return value;
  }
  return std::nullopt;
}

namespace {

// Without the exit handler by which OpenSSL takes down its tables: threads that answer peers may
// still be at work when the process ends.
void prepare_openssl() noexcept {
  static const int prepared = ::OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, nullptr);
  (void)prepared;
}

}  // namespace

std::optional<std::string> hmac(Digest digest, std::string_view key, std::string_view message) {
  prepare_openssl();
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned int size = 0;
  // OpenSSL takes a null key for "the one from before".
  const char* key_data = key.empty() ? "" : key.data();
  const auto* text = reinterpret_cast<const unsigned char*>(message.data());
  if (::HMAC(openssl_digest(digest), key_data, static_cast<int>(key.size()), text, message.size(),
             mac.data(), &size) == nullptr) {
    return std::nullopt;
  }
  return std::string(reinterpret_cast<const char*>(mac.data()), size);
}

bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && ::CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string process_authkey() { return KeyOfProcess::instance().get(); }

void set_process_authkey(std::string_view key) { KeyOfProcess::instance().set(key); }

}  // namespace mp::ipc
