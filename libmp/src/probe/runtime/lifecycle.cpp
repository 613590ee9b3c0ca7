#include "probe/lifecycle.hpp"

#include "base/hex.hpp"
#include "os/clock.hpp"
#include "os/identity.hpp"
#include "os/runtime_dir.hpp"
#include "os/shared_file.hpp"
#include "probe/probe.hpp"
#include "probe/runtime/left_files.hpp"
#include "probe/runtime/live_process.hpp"
#include "wire/payload.hpp"

#include <algorithm>
#include <cstring>
#include <span>
#include <type_traits>

namespace mp::probe {
namespace {

std::uint64_t birth_requested_ns = 0;  // in a child: when its parent asked for it

std::string child_path(const LiveFile& mine, std::uint64_t puid) {
  return std::string(mine.tree_dir) + '/' + hex16(puid) + ".mpi";
}

struct Certificate {
  Birthright right;
  Birth birth;
};
static_assert(std::is_trivially_copyable_v<Certificate>);

void be_born(Birthright right, const Birth& birth, std::string_view name, wire::StartMethod method,
             bool daemon) noexcept {
  right.method = method;
  right.daemon = daemon;
  const std::size_t n = std::min(name.size(), sizeof right.name - 1);
  std::memcpy(right.name, name.data(), n);
  right.name[n] = '\0';
  set_birthright(right);
  birth_requested_ns = birth.requested_ns;
  live();
}

// The exit record of a child, into its own file: the child can no longer say it itself.
// False when there is none: it ended well and nobody watched it.
bool store_reaped(const LiveFile& mine, std::uint64_t puid, std::int32_t code) {
  const os::UniqueFd fd = os::open_shared_file(child_path(mine, puid), true);
  if (!fd.valid()) return false;
  const std::uint64_t now = os::monotonic_ns();
  const std::uint32_t done = 1;
  os::write_at(fd.get(), offsetof(wire::PlainHeader, reaped_ns), std::as_bytes(std::span(&now, 1)));
  os::write_at(fd.get(), offsetof(wire::PlainHeader, reaped_code),
               std::as_bytes(std::span(&code, 1)));
  os::write_at(fd.get(), offsetof(wire::PlainHeader, reaped), std::as_bytes(std::span(&done, 1)));
  return true;
}

}  // namespace

std::uint64_t parent_puid() noexcept {
  const LiveFile* file = live();
  return file != nullptr ? file->header->parent : 0;
}

std::uint64_t self_puid() noexcept {
  const LiveFile* file = off() ? nullptr : live();
  return file != nullptr ? file->header->puid : 0;
}

Birth prepare_child() noexcept {
  if (off() || live() == nullptr) return {};
  return {os::random_u64(), os::monotonic_ns()};
}

void fork_risk(const Birth& birth, const wire::ForkRisk& risk) noexcept {
  const LiveFile* file = off() ? nullptr : live();
  if (file == nullptr) return;
  try {
    declare(*file, wire::EventKind::ForkRisk, thread_index(*file), 0, 0, birth.puid,
            wire::encode(risk));
  } catch (...) {  // out of memory for the record
    file->header->declarations_lost.fetch_add(1, std::memory_order_relaxed);
  }
}

void child_forked(const Birth& birth, std::uint32_t pid) noexcept {
  const LiveFile* file = live_if_open();
  if (file == nullptr || birth.puid == 0) return;
  emit(*file, wire::EventKind::Fork, thread_index(*file), 0, pid, birth.puid, os::monotonic_ns());
}

void become_child(const Birth& birth, std::string_view name, wire::StartMethod method,
                  bool daemon) noexcept {
  if (birth.puid == 0) return;
  // The fork handler has put down parent, root and level; the birth certificate adds the rest.
  Birthright right = inherited_birthright();
  right.puid = birth.puid;
  be_born(right, birth, name, method, daemon);
}

std::string birth_certificate(const Birth& birth) {
  if (birth.puid == 0) return {};
  Certificate certificate{birthright_for_child(birth.puid), birth};
  certificate.right.inherited_upto = 0;  // its handles are its own
  return {reinterpret_cast<const char*>(&certificate), sizeof certificate};
}

void become_sent_child(std::string_view bytes, std::string_view name, wire::StartMethod method,
                       bool daemon) noexcept {
  Certificate certificate;
  if (bytes.size() != sizeof certificate) return;
  std::memcpy(&certificate, bytes.data(), sizeof certificate);
  be_born(certificate.right, certificate.birth, name, method, daemon);
}

void target_reached() noexcept {
  const LiveFile* file = live_if_open();
  if (file == nullptr || birth_requested_ns == 0) return;
  const std::uint64_t now = os::monotonic_ns();
  emit(*file, wire::EventKind::Started, thread_index(*file), 0, 0, now - birth_requested_ns, now);
}

void leaving(int exit_code) noexcept { detail::leave(exit_code); }

void child_reaped(std::uint64_t child_puid, int exit_code, bool as_asked) noexcept {
  const LiveFile* file = live_if_open();
  if (file == nullptr || child_puid == 0) return;
  try {
    if (store_reaped(*file, child_puid, exit_code))
      keep_file_of_child(file->tree_dir, child_puid, as_asked);
  } catch (...) {
    // Out of memory for a path: the event below still says it.
  }
  emit(*file, wire::EventKind::Reap, thread_index(*file), 0, static_cast<std::uint32_t>(exit_code),
       child_puid, os::monotonic_ns());
}

void signal_sent(std::uint64_t child_puid, int signal) noexcept {
  fact(wire::EventKind::SignalSent, 0, static_cast<std::uint32_t>(signal), child_puid);
}

void renamed(std::string_view name) noexcept {
  const LiveFile* file = off() ? nullptr : live();
  if (file != nullptr)
    declare(*file, wire::EventKind::Renamed, thread_index(*file), 0, 0, 0, name.substr(0, 200));
}

namespace detail {

void leave(int exit_code) noexcept {
  const LiveFile* file = live_if_open();
  if (file == nullptr || file->header->exit_state.load(std::memory_order_relaxed) == wire::kExited)
    return;
  const std::uint64_t now = os::monotonic_ns();
  emit(*file, wire::EventKind::Exit, thread_index(*file), 0, static_cast<std::uint32_t>(exit_code),
       0, now);
  file->header->exit_code.store(exit_code, std::memory_order_relaxed);
  file->header->exit_ns.store(now, std::memory_order_relaxed);
  // In this order, for a watcher that leaves at this moment: it clears `watcher` first and looks at
  // `exit_state` second.
  file->header->exit_state.store(wire::kExited, std::memory_order_seq_cst);
  const bool watched = file->control->watcher.load(std::memory_order_seq_cst) != 0;
  if (exit_code == 0 && !watched) {
    remove_files_of_ended(file->tree_dir);
    os::remove_file(file->path);
    if (file->header->method == static_cast<std::uint8_t>(wire::StartMethod::Root))
      os::remove_dir(file->tree_dir);
  }
}

}  // namespace detail
}  // namespace mp::probe
