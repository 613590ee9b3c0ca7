#include "proc/packing.hpp"

#include "base/type_name.hpp"
#include "proc/process_core.hpp"
#include <libmp/exceptions.hpp>
#include <libmp/method_process.hpp>
#include <libmp/subclass.hpp>

#include <string>
#include <typeinfo>

namespace mp {
namespace {

enum class Form : std::uint8_t { Nothing, Target, Subclass };

constexpr char kUnderFork[] = " Under fork it needs nothing.";

std::string subject(int position, const std::string& type) {
  return position == 0 ? "the target (" + type + ")"
                       : "argument " + std::to_string(position) + " (" + type + ")";
}

const char* remedy(detail::Obstacle obstacle) {
  switch (obstacle) {
    case detail::Obstacle::Closure:
      return "it is a lambda that captures. Pass what it captures as arguments to a lambda that "
             "captures nothing, or "
             "write a struct with operator() and serialize().";
    case detail::Obstacle::Pointer:
      return "a pointer, reference or view means nothing in another process. Pass the value itself "
             "(std::string, "
             "std::vector, std::unique_ptr).";
    default:
      return "nothing says what it consists of. Give it a member template <class Archive> void "
             "serialize(Archive& "
             "archive) { archive(a, b); } and a default constructor, or make it a struct of such "
             "members.";
  }
}

bool is_one_of_ours(const std::type_info& type) {
  return type == typeid(Process) || type == typeid(ForkProcess) || type == typeid(SpawnProcess) ||
         type == typeid(ForkServerProcess);
}

}  // namespace

namespace detail {

void throw_cannot_travel(int position, const std::type_info& type, Obstacle obstacle) {
  throw RuntimeError(subject(position, type_name(type)) +
                     " cannot be sent to a process started by spawn or forkserver: " +
                     remedy(obstacle) + kUnderFork);
}

void write_unpacker(OutArchive& archive, ProcessUnpacker unpacker) {
  archive(Form::Subclass, unpacker);
}

}  // namespace detail

void proc::pack_plain(const Process& process, const detail::Target* target,
                      detail::OutArchive& archive) {
  if (!is_one_of_ours(typeid(process))) {
    const std::string name = short_type_name(typeid(process));
    throw RuntimeError("a " + name +
                       " cannot be started by spawn or forkserver: the new process does not know "
                       "how to make one. Derive "
                       "it from mp::Subclass<" +
                       name + "> and give it serialize()." + kUnderFork);
  }
  archive.write(target == nullptr ? Form::Nothing : Form::Target);
  if (target != nullptr) target->pack(archive);
}

std::unique_ptr<Process> proc::ProcessAccess::unpack(detail::InArchive& archive) {
  switch (archive.read_new<Form>()) {
    case Form::Nothing:
      return around(nullptr);
    case Form::Target:
      return around(archive.read_new<detail::TargetUnpacker>()(archive));
    case Form::Subclass:
      return archive.read_new<detail::ProcessUnpacker>()(archive);
  }
  throw UnpicklingError("a process of unknown form");
}

}  // namespace mp
