// The flat archive: typed values between processes of one binary. Plain bytes in the order of the
// members, numbers as they lie in memory, counts in front of sequences.
#pragma once

#include <libmp/detail/archive_traits.hpp>
#include <libmp/detail/byte_buffer.hpp>
#include <libmp/detail/field_count.hpp>
#include <libmp/detail/luggage.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>

namespace mp::detail {

// Deeper nesting of one value is refused before it can overflow the stack.
inline constexpr int kMaxArchiveDepth = 1000;

[[noreturn]] void throw_archive_truncated(std::size_t offset, std::size_t wanted, std::size_t left);
[[noreturn]] void throw_archive_malformed(std::size_t offset, std::string_view what);
[[noreturn]] void throw_archive_left_over(std::size_t offset, std::size_t left);
[[noreturn]] void throw_archive_unsendable(std::string_view what);  // PicklingError

// How one type travels: write(OutArchive&, const T&) and read(InArchive&, T&). Specialised in
// archive_std.hpp for the standard library; the primary template is below.
template <class T>
struct Archiver;

// Appends values to a buffer. Has cereal's shape: a member `template <class Archive> void
// serialize(Archive& ar) { ar(x, y); }` works for both.
class OutArchive {
 public:
  using is_saving = std::true_type;
  using is_loading = std::false_type;

  // With luggage, descriptors can go along.
  explicit OutArchive(ByteBuffer& out, Luggage* luggage = nullptr) noexcept
      : out_(out), luggage_(luggage) {}

  template <class... Ts>
  OutArchive& operator()(const Ts&... values) {
    (write(values), ...);
    return *this;
  }

  template <class T>
  void write(const T& value);

  void write_bytes(const void* data, std::size_t size) { out_.append(data, size); }
  void write_count(std::uint64_t count) { out_.append(&count, sizeof count); }
  [[nodiscard]] ByteBuffer& buffer() noexcept { return out_; }
  [[nodiscard]] bool has_luggage() const noexcept { return luggage_ != nullptr; }
  // RuntimeError without luggage; `what` is named then.
  [[nodiscard]] Luggage& luggage(const char* what) const {
    if (luggage_ == nullptr) throw_not_inherited(what);
    return *luggage_;
  }

 private:
  ByteBuffer& out_;
  Luggage* luggage_;
  int depth_ = 0;
};

// Takes values from bytes that may be anything. Fails: UnpicklingError; what was read until then is
// in the targets. Never reads past the end, never allocates for a count that the rest of the
// input could not hold.
class InArchive {
 public:
  using is_saving = std::false_type;
  using is_loading = std::true_type;

  explicit InArchive(std::span<const std::byte> input, Luggage* luggage = nullptr) noexcept
      : input_(input), luggage_(luggage) {}

  template <class... Ts>
  InArchive& operator()(Ts&&... values) {
    (read(values), ...);
    return *this;
  }

  template <class T>
  void read(T& value);

  // For types that cannot be made first and filled afterwards, or only at some cost.
  template <class T>
  T read_new();

  [[nodiscard]] std::size_t offset() const noexcept { return offset_; }
  [[nodiscard]] std::size_t left() const noexcept { return input_.size() - offset_; }
  std::span<const std::byte> take(std::size_t size) {
    if (size > left()) throw_archive_truncated(offset_, size, left());
    offset_ += size;
    return input_.subspan(offset_ - size, size);
  }

  void read_bytes(void* target, std::size_t size) {
    const std::span<const std::byte> bytes = take(size);
    if (size != 0) std::memcpy(target, bytes.data(), size);
  }

  // The number of items that follow, each at least `item_size` bytes.
  std::size_t read_count(std::size_t item_size) {
    std::uint64_t count = 0;
    read_bytes(&count, sizeof count);
    if (count > left() / item_size) throw_archive_truncated(offset_, count, left());
    return static_cast<std::size_t>(count);
  }

  void finish() const {
    if (left() != 0) throw_archive_left_over(offset_, left());
  }

  [[nodiscard]] Luggage& luggage(const char* what) const {
    if (luggage_ == nullptr) throw_not_inherited(what);
    return *luggage_;
  }

 private:
  std::span<const std::byte> input_;
  Luggage* luggage_;
  std::size_t offset_ = 0;
  int depth_ = 0;
};

// May be copied as memory, alone or in bulk. Specialisations of Archiver (optional, ...) come
// first: only the primary template has the tag.
template <class T>
concept Blittable = std::is_trivially_copyable_v<T> && !std::is_array_v<T> && !HasUserCode<T> &&
                    !HoldsPointer<T>::value && !HoldsBool<T>::value &&
                    requires { typename Archiver<T>::IsPrimary; };

template <class T>
concept Memberwise = PlainAggregate<T> && !HasUserCode<T> && kFieldCount<T> <= kMaxFields;

template <class T>
struct Archiver {
  using IsPrimary = void;

  // Types with code of their own write at least one byte, so that counts can be checked.
  static void write(OutArchive& archive, const T& value) {
    if constexpr (HasUserCode<T>) {
      const std::size_t before = archive.buffer().size();
      if constexpr (HasMemberSerialize<T, OutArchive>) {
        const_cast<T&>(value).serialize(archive);  // cereal's serialize is not const
      } else if constexpr (HasFreeSerialize<T, OutArchive>) {
        serialize(archive, const_cast<T&>(value));
      } else {
        value.save(archive);
      }
      if (archive.buffer().size() == before) archive.buffer().push_back(std::byte{0});
    } else if constexpr (std::is_same_v<T, bool>) {
      archive.buffer().push_back(std::byte{value});
    } else if constexpr (Blittable<T>) {
      archive.write_bytes(std::addressof(value), sizeof value);
    } else {
      refuse_foreign();
      std::apply([&](const auto&... field) { archive(field...); }, tie_fields(value));
    }
  }

  static void read(InArchive& archive, T& value) {
    if constexpr (HasUserCode<T>) {
      const std::size_t before = archive.offset();
      if constexpr (HasMemberSerialize<T, InArchive>) {
        value.serialize(archive);
      } else if constexpr (HasFreeSerialize<T, InArchive>) {
        serialize(archive, value);
      } else {
        value.load(archive);
      }
      if (archive.offset() == before) archive.take(1);
    } else if constexpr (std::is_same_v<T, bool>) {
      const std::byte byte = archive.take(1)[0];
      if (byte > std::byte{1}) throw_archive_malformed(archive.offset() - 1, "bool");
      value = byte == std::byte{1};
    } else if constexpr (Blittable<T>) {
      archive.read_bytes(std::addressof(value), sizeof value);
    } else {
      refuse_foreign();
      std::apply([&](auto&... field) { archive(field...); }, tie_fields(value));
    }
  }

 private:
  static consteval void refuse_foreign() {
    static_assert(!HoldsForeignPointer<T>::value,
                  "A pointer, reference or view means nothing in another process: send the value "
                  "itself (std::string, std::vector, std::optional, std::unique_ptr).");
    static_assert(Memberwise<T> || HoldsForeignPointer<T>::value,
                  "This type cannot travel to another process. Make it trivially copyable, or an "
                  "aggregate of at most 16 members that can travel, or give it a member "
                  "template <class Archive> void serialize(Archive& ar) { ar(a, b); }");
  }
};

template <class T>
void OutArchive::write(const T& value) {
  if constexpr (NameValuePair<const T>) {
    write(value.value);
  } else if constexpr (BaseClassPointer<const T>) {
    write(*value.base_ptr);
  } else if constexpr (Blittable<T>) {
    write_bytes(std::addressof(value), sizeof value);
  } else {
    if (++depth_ > kMaxArchiveDepth) throw_archive_unsendable("nested deeper than 1000");
    Archiver<T>::write(*this, value);
    --depth_;
  }
}

template <class T>
void InArchive::read(T& value) {
  if constexpr (NameValuePair<T>) {
    read(value.value);
  } else if constexpr (BaseClassPointer<T>) {
    read(*value.base_ptr);
  } else if constexpr (Blittable<T>) {
    read_bytes(std::addressof(value), sizeof value);
  } else {
    if (++depth_ > kMaxArchiveDepth) throw_archive_malformed(offset_, "nesting (over 1000 levels)");
    Archiver<T>::read(*this, value);
    --depth_;
  }
}

}  // namespace mp::detail
