// ShareableList: a list of fixed length in a block of shared memory, whose items any process may
// change. Python's multiprocessing.shared_memory.ShareableList.
#pragma once

#include <libmp/shared_memory.hpp>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <source_location>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mp {

struct ShareableListOptions {
  std::string name = {};  // of the block
};

namespace detail {

// The same for every type of items.
class ShareableListCore {
 public:
  ShareableListCore(std::span<const Object> items, const ShareableListOptions& options,
                    const std::source_location& site);
  explicit ShareableListCore(SharedMemory block);

  [[nodiscard]] const SharedMemory& shm() const noexcept;
  [[nodiscard]] std::size_t size() const noexcept;
  [[nodiscard]] Object get(std::int64_t position) const;
  void set(std::int64_t position, const Object& value) const;
  [[nodiscard]] std::string format() const;
  [[nodiscard]] std::size_t count(const Object& value) const;
  [[nodiscard]] std::size_t index(const Object& value) const;

 private:
  struct Body;
  std::shared_ptr<const Body> body_;
};

// What a ShareableList is made of: list, tuple, range. TypeError.
std::vector<Object> items_of(const Object& sequence);

std::string repr_of(const ShareableListCore& list);
// As in a pickle of Python's.
Object to_object(const ShareableListCore& list);
ShareableListCore shareable_list_from(const Object& object);

}  // namespace detail

// A handle of one list; copies are handles of the same. Items are None, bool, int, float, str and
// bytes; T is what they are read as, any mp::Object by default:
//
//   mp::ShareableList<> row{"howdy", -273.154, 100, nullptr, true};
//   row.set(0, "hello");                        // row[0] reads
//
// Length and slots are fixed: a slot has 8 bytes, or for a text the next multiple of 8 that is
// longer. The bytes are CPython's: Python reads and writes the same list.
// Threads, processes: any; nothing is guarded. A reader may meet an item half written.
// Travels: as SharedMemory does. Name, end and removal of the block: see there; shm() is it.
// Fails: IndexError beyond the end; ValueError if a value needs more bytes than its slot has, if
// the
//   block holds something else than a list, and after shm().close(); TypeError for other values;
//   OverflowError for an int beyond 64 bits.
//
// Differs from Python: the slot of a str has room for its UTF-8. As there, zero bytes at the end of
// a text are lost.
template <class T = Object>
class ShareableList {
 public:
  class iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = T;

    iterator() = default;
    T operator*() const { return (*list_)[position_]; }
    iterator& operator++() noexcept {
      ++position_;
      return *this;
    }
    iterator operator++(int) noexcept {
      const iterator before = *this;
      ++*this;
      return before;
    }
    bool operator==(const iterator&) const = default;

   private:
    friend class ShareableList;
    iterator(const ShareableList* list, std::int64_t position) noexcept
        : list_(list), position_(position) {}
    const ShareableList* list_ = nullptr;
    std::int64_t position_ = 0;
  };

  // An empty list.
  ShareableList() : ShareableList(std::initializer_list<T>{}) {}
  ShareableList(std::initializer_list<T> items, ShareableListOptions options = {},
                std::source_location site = std::source_location::current())
      : core_(std::vector<Object>(items.begin(), items.end()), options, site) {}
  // Of a list, tuple or range, or of what becomes one: std::vector.
  explicit ShareableList(const Object& sequence, ShareableListOptions options = {},
                         std::source_location site = std::source_location::current())
      : core_(detail::items_of(sequence), options, site) {}
  // A new list with the items of another.
  ShareableList(const ShareableList& other, ShareableListOptions options,
                std::source_location site = std::source_location::current())
      : ShareableList(mp::list(std::vector<Object>(other.begin(), other.end())), options, site) {}
  // The list that is in this block.
  explicit ShareableList(SharedMemory block) : core_(std::move(block)) {}
  // The list in the block of this name.
  [[nodiscard]] static ShareableList attach(
      std::string_view name, AttachOptions options = {},
      std::source_location site = std::source_location::current()) {
    return ShareableList(SharedMemory(name, options, site));
  }

  // Negative positions count from the end.
  [[nodiscard]] const T operator[](std::int64_t position) const {  // NOLINT: so that nobody assigns
    return core_.get(position).template as<T>();
  }
  void set(std::int64_t position, const T& value) const { core_.set(position, Object(value)); }

  [[nodiscard]] std::size_t size() const noexcept { return core_.size(); }
  [[nodiscard]] iterator begin() const noexcept { return {this, 0}; }
  [[nodiscard]] iterator end() const noexcept {
    return {this, static_cast<std::int64_t>(core_.size())};
  }
  // By Python's ==.
  [[nodiscard]] std::size_t count(const Object& value) const { return core_.count(value); }
  // ValueError if there is none.
  [[nodiscard]] std::size_t index(const Object& value) const { return core_.index(value); }

  // The slots in the letters of Python's struct: "8s8sdq".
  [[nodiscard]] std::string format() const { return core_.format(); }
  [[nodiscard]] SharedMemory shm() const noexcept { return core_.shm(); }

 private:
  friend struct detail::Archiver<ShareableList>;
  friend struct detail::ObjectCodec<ShareableList>;
  template <class U>
  friend std::string repr(const ShareableList<U>& list);
  explicit ShareableList(detail::ShareableListCore core) noexcept : core_(std::move(core)) {}

  detail::ShareableListCore core_;
};

// ShareableList(['howdy', 100], name='psm_6e1f02aa')
template <class T>
[[nodiscard]] std::string repr(const ShareableList<T>& list) {
  return detail::repr_of(list.core_);
}

template <class T>
struct detail::Archiver<ShareableList<T>> {
  static void write(OutArchive& archive, const ShareableList<T>& value) {
    archive.write(value.core_.shm());
  }
  static ShareableList<T> make(InArchive& archive) {
    return ShareableList<T>(Archiver<SharedMemory>::make(archive));
  }
  static void read(InArchive& archive, ShareableList<T>& value) { value = make(archive); }
};

template <class T>
struct detail::ObjectCodec<ShareableList<T>> {
  static Object to(const ShareableList<T>& value) { return to_object(value.core_); }
  static ShareableList<T> from(const Object& object) {
    return ShareableList<T>(shareable_list_from(object));
  }
};

}  // namespace mp
