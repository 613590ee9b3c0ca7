#include "base/type_name.hpp"
#include "os/clock.hpp"
#include "proc/family.hpp"
#include "proc/packing.hpp"
#include "proc/process_core.hpp"
#include <libmp/exceptions.hpp>
#include <libmp/process.hpp>

#include <ostream>
#include <typeinfo>

namespace mp {
namespace {

os::Deadline deadline_of(Timeout timeout) {
  return timeout.is_never() ? os::Deadline::never() : os::Deadline::after(timeout.duration());
}

proc::Identity identity_for(const ProcessOptions& options) {
  proc::Identity identity = proc::Family::instance().identity_of_next_child();
  identity.name = options.name;
  identity.daemon = options.daemon.value_or(identity.daemon);
  identity.detached = options.detached;
  return identity;
}

std::optional<proc::StartMethod> method_of(const ProcessOptions& options) {
  if (options.start_method.empty()) return std::nullopt;
  return proc::method_named(options.start_method);
}

std::string class_name(const Process& process) {
  if (typeid(process) == typeid(Process)) return "Process";  // not worth demangling each time
  return short_type_name(typeid(process));
}

}  // namespace

Process::Process(ProcessOptions options)
    : Process(std::move(options), std::unique_ptr<detail::Target>()) {}

Process::Process(ProcessOptions options, std::unique_ptr<detail::Target> target)
    : core_(std::make_shared<proc::ProcessCore>(identity_for(options), method_of(options),
                                                std::move(target))) {}

Process::Process(std::shared_ptr<proc::ProcessCore> core) noexcept : core_(std::move(core)) {}

Process::~Process() = default;

proc::ProcessCore& Process::core() const {
  if (core_ == nullptr) throw ValueError("process object was moved from");
  return *core_;
}

void Process::start() { core().start(*this, class_name(*this)); }
bool Process::join(Timeout timeout) { return core().join(deadline_of(timeout)); }
bool Process::is_alive() const { return core().is_alive(); }
std::optional<int> Process::exitcode() const { return core().exitcode(); }
std::optional<int> Process::pid() const { return core().pid(); }
int Process::sentinel() const { return core().sentinel(); }
void Process::terminate() { core().end(proc::ProcessCore::Ending::Terminate); }
void Process::kill() { core().end(proc::ProcessCore::Ending::Kill); }
void Process::close() { core().close(); }
std::string Process::name() const { return core().name(class_name(*this)); }
void Process::set_name(std::string_view name) { core().set_name(name); }
bool Process::daemon() const { return core().daemon(); }
void Process::set_daemon(bool daemon) { core().set_daemon(daemon); }
bool Process::detached() const { return core().detached(); }
std::string Process::authkey() const { return core().authkey(); }
void Process::set_authkey(std::string_view key) { core().set_authkey(key); }

void Process::run() {
  if (detail::Target* target = core().target()) target->call();
}

void Process::pack(detail::OutArchive& archive) const {
  proc::pack_plain(*this, core().target(), archive);
}

std::string repr(const Process& process) {
  return proc::ProcessAccess::core(process).repr(class_name(process));
}

std::ostream& operator<<(std::ostream& out, const Process& process) { return out << repr(process); }

Process current_process() { return proc::ProcessAccess::handle(proc::Family::instance().self()); }

std::optional<Process> parent_process() {
  auto parent = proc::Family::instance().parent();
  if (parent == nullptr) return std::nullopt;
  return proc::ProcessAccess::handle(std::move(parent));
}

std::vector<Process> active_children() {
  std::vector<Process> children;
  for (auto& core : proc::Family::instance().living_children()) {
    children.push_back(proc::ProcessAccess::handle(std::move(core)));
  }
  return children;
}

}  // namespace mp
