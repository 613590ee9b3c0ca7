#include "base/errno_name.hpp"
#include "base/signal_name.hpp"
#include <libmp/exceptions.hpp>

#include <system_error>
#include <utility>

namespace mp {
namespace {

// "open '/x': No such file or directory [ENOENT]"
std::string os_error_text(int error_number, std::string_view operation, std::string_view subject) {
  std::string text(operation);
  if (!subject.empty()) text.append(" '").append(subject).append("'");
  // generic_category() is the thread-safe strerror.
  text.append(": ").append(std::generic_category().message(error_number));
  const std::string_view name = errno_name(error_number);
  if (!name.empty()) text.append(" [").append(name).append("]");
  return text;
}

std::string process_text(std::string_view name, int pid) {
  std::string text = "process ";
  if (!name.empty()) text.append(name).append(" ");
  return text + "(pid " + std::to_string(pid) + ")";
}

std::string owner_died_text(std::string_view object, int pid, std::string_view name,
                            std::string_view cause) {
  std::string text(object);
  text.append(": its owner, ").append(process_text(name, pid)).append(", died");
  if (!cause.empty()) text.append(", ").append(cause);
  return text;
}

std::string worker_died_text(std::string_view task, int pid, int signal, std::string_view cause) {
  std::string text = "worker (pid " + std::to_string(pid) + ") ";
  text.append(signal == 0 ? "exited" : "was killed by " + signal_name(signal));
  text.append(" while it ran ").append(task);
  if (!cause.empty()) text.append(": ").append(cause);
  return text;
}

std::string too_short_text(std::size_t size, std::size_t capacity) {
  return "message of " + std::to_string(size) + " bytes does not fit into a buffer of " +
         std::to_string(capacity);
}

}  // namespace

Error::Error(const std::string& text) : std::runtime_error(text) {}
Error::~Error() = default;

struct OSError::Facts {
  int error_number;
  std::string operation;
  std::string subject;
};

OSError::OSError(int error_number, std::string_view operation, std::string_view subject)
    : Error(os_error_text(error_number, operation, subject)),
      facts_(std::make_shared<const Facts>(
          Facts{error_number, std::string(operation), std::string(subject)})) {}

int OSError::error_number() const noexcept { return facts_->error_number; }
const std::string& OSError::operation() const noexcept { return facts_->operation; }
const std::string& OSError::subject() const noexcept { return facts_->subject; }

BufferTooShort::BufferTooShort(std::span<const std::byte> message, std::size_t capacity)
    : ProcessError(too_short_text(message.size(), capacity)),
      message_(std::make_shared<const std::string>(reinterpret_cast<const char*>(message.data()),
                                                   message.size())) {}

BufferTooShort::BufferTooShort(std::string_view object, std::size_t size, std::size_t capacity)
    : ProcessError(std::string(object) + ": " + too_short_text(size, capacity)),
      message_(std::make_shared<const std::string>()) {}

std::span<const std::byte> BufferTooShort::message() const noexcept {
  return std::as_bytes(std::span(*message_));
}

struct OwnerDied::Facts {
  int pid;
  std::string name;
  std::string cause;
};

OwnerDied::OwnerDied(std::string_view object, int pid, std::string_view name,
                     std::string_view cause)
    : Error(owner_died_text(object, pid, name, cause)),
      facts_(std::make_shared<const Facts>(Facts{pid, std::string(name), std::string(cause)})) {}

int OwnerDied::pid() const noexcept { return facts_->pid; }
const std::string& OwnerDied::name() const noexcept { return facts_->name; }
const std::string& OwnerDied::cause() const noexcept { return facts_->cause; }

struct WorkerDied::Facts {
  std::string task;
  int pid;
  int signal;
  std::string cause;
};

WorkerDied::WorkerDied(std::string_view task, int pid, int signal, std::string_view cause)
    : Error(worker_died_text(task, pid, signal, cause)),
      facts_(std::make_shared<const Facts>(
          Facts{std::string(task), pid, signal, std::string(cause)})) {}

const std::string& WorkerDied::task() const noexcept { return facts_->task; }
int WorkerDied::pid() const noexcept { return facts_->pid; }
int WorkerDied::signal() const noexcept { return facts_->signal; }
const std::string& WorkerDied::cause() const noexcept { return facts_->cause; }

}  // namespace mp
