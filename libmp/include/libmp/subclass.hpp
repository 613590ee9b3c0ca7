// Subclass: the base of Process subclasses that every start method can start.
#pragma once

#include <libmp/process.hpp>

#include <concepts>
#include <memory>

namespace mp {

namespace detail {

using ProcessUnpacker = std::unique_ptr<Process> (*)(InArchive&);
void write_unpacker(OutArchive& archive, ProcessUnpacker unpacker);

template <class Derived>
std::unique_ptr<Process> unpack_process(InArchive& archive) {
  auto process = std::make_unique<Derived>();
  archive.read(*process);
  return process;
}

}  // namespace detail

// For example:
//   class Worker : public mp::Subclass<Worker> {
//     ...
//     void run() override;
//     template <class Archive>
//     void serialize(Archive& archive) { archive(path_, queue_); }  // what run() needs
//   };
// The child makes a Worker by its default constructor and fills it by serialize(). Under fork a
// subclass of Process itself will do.
template <class Derived>
class Subclass : public Process {
 public:
  using Process::Process;

 protected:
  void pack(detail::OutArchive& archive) const override {
    static_assert(
        std::default_initializable<Derived>,
        "mp::Subclass: the child makes the object by its default constructor: give it one");
    static_assert(detail::HasUserCode<Derived>,
                  "mp::Subclass: say what the object consists of, by a public member template "
                  "<class Archive> "
                  "void serialize(Archive& archive) { archive(a, b); }");
    detail::write_unpacker(archive, &detail::unpack_process<Derived>);
    archive.write(static_cast<const Derived&>(*this));
  }
};

}  // namespace mp
