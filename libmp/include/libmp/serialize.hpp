// How typed values travel between processes of one program: Process arguments, Queue<T>, Pool.
//
// Nothing to do for: trivially copyable types, std::string, vector, map, optional, variant, tuple,
// unique_ptr, chrono, mp::Object, pointers to functions, and structs of up to 16 public members of
// such types. As arguments of a Process also: Lock, Queue, Connection and their kin.
// Any other class says what it consists of; a class that works with cereal works as it is:
//
//   class Job {
//    public:
//     template <class Archive>
//     void serialize(Archive& archive) { archive(path_, attempts_); }
//    ...
//
// Also found: a free serialize(archive, job) beside the class, and a pair of members
// save(archive) const and load(archive). The class must have a default constructor.
// Pointers, references and views do not travel; the compiler says so.
//
// The bytes are for the same binary on the same machine. To meet another program or Python, send an
// mp::Object.
#pragma once

#include <libmp/detail/archive.hpp>
#include <libmp/detail/archive_code.hpp>
#include <libmp/detail/archive_std.hpp>

namespace mp {

// T can travel as far as its outside shows; what it contains is checked when it is sent.
template <class T>
concept Serializable =
    detail::HasUserCode<T> || !requires { typename detail::Archiver<T>::IsPrimary; } ||
    detail::Blittable<T> || std::same_as<T, bool> ||
    (detail::Memberwise<T> && !detail::HoldsForeignPointer<T>::value);

namespace detail {

// Appends the bytes of `value`. Fails: PicklingError (nested deeper than 1000), std::bad_alloc; the
// buffer then ends with a part of the value, to be cut off by the caller.
template <class T>
void encode(ByteBuffer& out, const T& value) {
  OutArchive(out).write(value);
}

// The value in `bytes`, which must hold it and nothing else. Fails: UnpicklingError.
template <class T>
T decode(std::span<const std::byte> bytes) {
  InArchive archive(bytes);
  T value = archive.read_new<T>();
  archive.finish();
  return value;
}

}  // namespace detail
}  // namespace mp
