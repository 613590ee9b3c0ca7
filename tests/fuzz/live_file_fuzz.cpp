// LiveReader over a live file that somebody has written over: the input is a list of patches (u32 offset, u8 length,
// bytes) on a sound file, and the first byte says whether the file is cut short as well.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string>

#include "report/live_reader.hpp"
#include "wire/live_file.hpp"
#include "wire/payload.hpp"

namespace {

using mp::wire::PlainHeader;

std::string sound_start() {
  PlainHeader header{};
  std::memcpy(header.magic, mp::wire::kLiveMagic, sizeof header.magic);
  header.version = mp::wire::kLiveVersion;
  header.puid = 1;
  header.root = 1;
  header.pid = 1;
  header.ring_head = 40;
  const std::string hello = mp::wire::encode(mp::wire::ProcessInfo{.pid = 1, .name = "MainProcess"});
  mp::wire::Declaration declaration{};
  declaration.payload_bytes = static_cast<std::uint32_t>(hello.size());
  declaration.bytes = static_cast<std::uint32_t>((sizeof declaration + hello.size() + 7) & ~std::size_t{7});
  declaration.kind = static_cast<std::uint16_t>(mp::wire::EventKind::Hello);
  header.declared_bytes = declaration.bytes;
  std::string out(mp::wire::kDeclarationsOffset + declaration.bytes, '\0');
  std::memcpy(out.data(), &header, sizeof header);
  std::memcpy(out.data() + mp::wire::kDeclarationsOffset, &declaration, sizeof declaration);
  std::memcpy(out.data() + mp::wire::kDeclarationsOffset + sizeof declaration, hello.data(), hello.size());
  return out;
}

class PatchedFile {
 public:
  PatchedFile() : path_("/dev/shm/libmp-live-file-fuzz-" + std::to_string(::getpid())) {
    fd_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd_ < 0) std::abort();
  }
  ~PatchedFile() {
    ::close(fd_);
    ::unlink(path_.c_str());
  }
  PatchedFile(const PatchedFile&) = delete;
  PatchedFile& operator=(const PatchedFile&) = delete;

  void reset(bool cut_short) {
    static const std::string start = sound_start();
    if (::ftruncate(fd_, 0) != 0 || ::ftruncate(fd_, cut_short ? 50'000 : mp::wire::kLiveFileBytes) != 0) std::abort();
    write(0, std::as_bytes(std::span(start)));
  }
  void write(std::uint32_t offset, std::span<const std::byte> bytes) {
    if (::pwrite(fd_, bytes.data(), bytes.size(), offset % mp::wire::kLiveFileBytes) < 0) std::abort();
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  int fd_ = -1;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static PatchedFile file;
  if (size == 0) return 0;
  file.reset((data[0] & 1) != 0);
  std::size_t at = 1;
  while (at + 5 <= size) {
    std::uint32_t offset = 0;
    std::memcpy(&offset, data + at, sizeof offset);
    const std::size_t length = std::min<std::size_t>(data[at + 4], size - at - 5);
    file.write(offset, std::as_bytes(std::span(data + at + 5, length)));
    at += 5 + length;
  }
  auto reader = mp::report::LiveReader::open(file.path());
  if (!reader.ok()) return 0;
  mp::wire::Batch batch;
  for (int i = 0; i < 2; ++i) {
    reader.value().read_page(batch, 1, i == 1);
    reader.value().read_news(batch, 1, i == 1);
  }
  for (const auto& event : batch.events) {
    if (std::size_t{event.payload_begin} + event.payload_size > batch.payload.size()) std::abort();
  }
  (void)reader.value().ending();
  return 0;
}
