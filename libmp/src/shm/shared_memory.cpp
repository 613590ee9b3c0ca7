#include "base/site.hpp"
#include "os/memory.hpp"
#include "os/named_memory.hpp"
#include "os/shared_file.hpp"
#include "probe/probe.hpp"
#include "shm/block_name.hpp"
#include "shm/list_block.hpp"
#include "shm/tracker.hpp"
#include <libmp/serialize.hpp>
#include <libmp/shared_memory.hpp>

#include <cerrno>
#include <utility>

namespace mp {
namespace {

constexpr char kModule[] = "multiprocessing.shared_memory";
constexpr std::size_t kLongestName = 255;

// The part behind the slashes that POSIX wants in front of it.
std::string checked_name(std::string_view given, const char* operation) {
  if (given.find('\0') != std::string_view::npos)
    throw ValueError(std::string(operation) + ": the name of a SharedMemory holds a zero byte");
  const std::size_t start = given.find_first_not_of('/');
  const std::string name(start == std::string_view::npos ? "" : given.substr(start));
  if (name.empty()) throw ValueError(std::string(operation) + ": a SharedMemory needs a name");
  if (name.size() > kLongestName) throw OSError(ENAMETOOLONG, operation, name);
  if (name.find('/') != std::string::npos) throw OSError(EINVAL, operation, name);
  return name;
}

std::uint64_t checked_size(std::int64_t size) {
  if (size < 0) throw ValueError("'size' must be a positive integer, not " + std::to_string(size));
  if (size == 0) throw ValueError("'size' must be a positive number different from zero");
  return static_cast<std::uint64_t>(size);
}

}  // namespace

struct SharedMemory::Block {
  // Mapped, and in the eyes of the tracker nobody's business.
  Block(std::string own_name, os::UniqueFd own_file, bool is_tracked)
      : name(std::move(own_name)),
        file(std::move(own_file)),
        size(os::file_size(file.get())),
        track(is_tracked) {
    if (size == 0) throw ValueError("attach: SharedMemory '" + name + "' has no bytes");
    mapping = os::Mapping(file.get(), size);
    identity = os::file_identity(file.get());
    tracked = shm::TrackedName::of_others(name, identity);
  }
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;
  ~Block() { close(); }

  void announce(wire::Acquired how, const std::source_location& site,
                wire::ObjectKind kind = wire::ObjectKind::SharedMemory) {
    probe = probe::announce({.kind = kind,
                             .identity = {identity.device, identity.inode, 0},
                             .name = name,
                             .site = site,
                             .capacity = size,
                             .how = how});
  }

  void close() noexcept {
    if (!mapping.valid()) return;
    if (track) tracked.left();
    mapping.reset();
    file.reset();
    probe::retire(probe);
  }

  // False when the name is taken. The tracker knows it before anybody can: a kill at any moment
  // leaves nothing behind.
  [[nodiscard]] bool take_name(const std::string& site) {
    if (track) tracked = shm::TrackedName::reserve(name, identity, size, site);
    bool is_free = false;
    try {
      is_free = os::give_name(file.get(), name);
    } catch (const OSError&) {
      forget_name();
      throw;
    }
    if (!is_free) {
      forget_name();
    } else if (track) {
      tracked.named();
    }
    return is_free;
  }

  void forget_name() noexcept {
    if (track) tracked.unlinked();
  }

  // The block has its size and its pages before it has a name: whoever finds it finds it whole.
  // Null when the name is taken.
  static std::shared_ptr<Block> try_create(std::string name, std::uint64_t size, bool track,
                                           const std::source_location& site,
                                           wire::ObjectKind kind) {
    os::UniqueFd file = os::make_block(size, name);
    (void)os::hold_block(file.get());
    auto made = std::make_shared<Block>(std::move(name), std::move(file), track);
    if (!made->take_name(site_text(site))) return nullptr;
    made->announce(wire::Acquired::Created, site, kind);
    return made;
  }

  static std::shared_ptr<Block> create(const std::string& given, std::uint64_t size, bool track,
                                       const std::source_location& site,
                                       wire::ObjectKind kind = wire::ObjectKind::SharedMemory) {
    if (!given.empty()) {
      const std::string name = checked_name(given, "create");
      if (auto made = try_create(name, size, track, site, kind)) return made;
      throw OSError(EEXIST, "create", name);
    }
    for (;;) {
      if (auto made = try_create(shm::make_block_name(), size, track, site, kind)) return made;
    }
  }

  static std::shared_ptr<Block> attach(std::string name, bool track,
                                       const std::source_location& site) {
    os::UniqueFd file = os::open_block(name);
    // Found at the very moment in which its tracker gave it up?
    if (track && !os::hold_block(file.get())) throw OSError(ENOENT, "attach", name);
    auto made = std::make_shared<Block>(std::move(name), std::move(file), track);
    made->announce(wire::Acquired::Opened, site);
    return made;
  }

  std::string name;
  os::UniqueFd file;
  std::size_t size = 0;
  os::Mapping mapping;
  os::FileIdentity identity;
  shm::TrackedName tracked;
  bool track = true;
  probe::Handle probe = 0;
};

SharedMemory::SharedMemory(Create, std::int64_t size, SharedMemoryOptions options,
                           std::source_location site)
    : block_(Block::create(options.name, checked_size(size), options.track, site)) {}

SharedMemory::SharedMemory(std::string_view name, AttachOptions options, std::source_location site)
    : block_(Block::attach(checked_name(name, "attach"), options.track, site)) {}

const std::string& SharedMemory::name() const noexcept { return block_->name; }
std::size_t SharedMemory::size() const noexcept { return block_->size; }

std::span<std::byte> SharedMemory::buf() const {
  if (!block_->mapping.valid()) throw ValueError("buf: SharedMemory '" + name() + "' is closed");
  return {block_->mapping.data(), block_->mapping.size()};
}

void SharedMemory::close() noexcept { block_->close(); }

void SharedMemory::unlink() {
  os::unlink_block(block_->name);
  block_->forget_name();
  probe::fact(wire::EventKind::Unlinked, block_->probe);
}

SharedMemory shm::ListBlock::create(std::size_t bytes, const std::string& name,
                                    const std::source_location& site) {
  return SharedMemory(SharedMemory::Block::create(name, bytes, true, site,
                                                  wire::ObjectKind::ShareableList));
}

std::string repr(const SharedMemory& block) {
  return "SharedMemory(" + repr(Object(block.name())) + ", size=" + std::to_string(block.size()) +
         ")";
}

// By descriptor where descriptors can go along: the name may be gone before the child looks for it.
void detail::Archiver<SharedMemory>::write(OutArchive& archive, const SharedMemory& value) {
  const SharedMemory::Block& block = *value.block_;
  const bool by_descriptor = archive.has_luggage() && block.mapping.valid();
  archive(block.name, block.track, by_descriptor);
  if (by_descriptor) archive(archive.luggage("SharedMemory").pack(block.file.get()));
}

SharedMemory detail::Archiver<SharedMemory>::make(InArchive& archive) {
  std::string name;
  bool track = true;
  bool by_descriptor = false;
  archive(name, track, by_descriptor);
  if (!by_descriptor) return SharedMemory(name, {.track = track});
  std::uint32_t number = 0;
  archive(number);
  detail::Luggage& luggage = archive.luggage("SharedMemory");
  std::shared_ptr<void>& made = luggage.made_of(number, 0);
  if (made == nullptr) {
    os::UniqueFd file(luggage.share(number));
    auto block = std::make_shared<SharedMemory::Block>(std::move(name), std::move(file), track);
    block->announce(wire::Acquired::Received, {});
    made = std::move(block);
  }
  return SharedMemory(std::static_pointer_cast<SharedMemory::Block>(made));
}

Object detail::ObjectCodec<SharedMemory>::to(const SharedMemory& value) {
  return reduction(global(kModule, "SharedMemory"),
                   tuple{value.name(), false, static_cast<std::uint64_t>(value.size())});
}

SharedMemory detail::ObjectCodec<SharedMemory>::from(const Object& object) {
  const bool is_one =
      object.kind() == Kind::Instance && object.function() == global(kModule, "SharedMemory");
  const Object args = is_one ? object.args() : tuple{};
  if (args.size() == 0 || args[0].kind() != Kind::Str) throw_wrong_kind("SharedMemory", object);
  const Object name = args[0];
  return SharedMemory(name.text());
}

}  // namespace mp
