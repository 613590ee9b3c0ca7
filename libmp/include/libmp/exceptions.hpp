// Every exception that libmp throws. The names and the family tree are Python's; OwnerDied and
// WorkerDied are ours. All derive from mp::Error, so one handler at the border catches everything.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace mp {

// Base of all. what() is one sentence: the operation, the object and the cause.
// Copying any of these never throws: texts and payloads are shared, not duplicated.
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& text);
  Error(const Error&) noexcept = default;
  Error& operator=(const Error&) noexcept = default;
  ~Error() override;  // key function: one vtable, in the library
};

// The built-in exceptions of Python that libmp raises.

class ValueError : public Error {
 public:
  using Error::Error;
};

class TypeError : public Error {
 public:
  using Error::Error;
};

class LookupError : public Error {
 public:
  using Error::Error;
};

class KeyError : public LookupError {
 public:
  using LookupError::LookupError;
};

class IndexError : public LookupError {
 public:
  using LookupError::LookupError;
};

class AttributeError : public Error {
 public:
  using Error::Error;
};

class OverflowError : public Error {
 public:
  using Error::Error;
};

class EOFError : public Error {
 public:
  using Error::Error;
};

class AssertionError : public Error {
 public:
  using Error::Error;
};

class RuntimeError : public Error {
 public:
  using Error::Error;
};

class NotImplementedError : public RuntimeError {
 public:
  using RuntimeError::RuntimeError;
};

// mp::interrupt() ended a wait.
class KeyboardInterrupt : public Error {
 public:
  using Error::Error;
};

// A call to the kernel failed. Text: open '/x': No such file or directory [ENOENT]
class OSError : public Error {
 public:
  // `subject` is what the operation was about (a path, "pid 41"); empty if nothing can be named.
  OSError(int error_number, std::string_view operation, std::string_view subject = {});

  [[nodiscard]] int error_number() const noexcept;  // `errno` is a macro, hence not Python's name
  [[nodiscard]] const std::string& operation() const noexcept;
  [[nodiscard]] const std::string& subject() const noexcept;

 private:
  struct Facts;
  std::shared_ptr<const Facts> facts_;
};

// The exceptions of the multiprocessing module.

class ProcessError : public Error {
 public:
  using Error::Error;
};

// recv_bytes_into met a message larger than the buffer. The message is consumed, not lost: it is
// in here. An item of a queue that get_into had no room for is not consumed.
class BufferTooShort : public ProcessError {
 public:
  BufferTooShort(std::span<const std::byte> message, std::size_t capacity);
  // Of a message of so many bytes that stays where it is.
  BufferTooShort(std::string_view object, std::size_t size, std::size_t capacity);

  // The whole message, or nothing. Valid as long as this exception or a copy of it lives.
  [[nodiscard]] std::span<const std::byte> message() const noexcept;

 private:
  std::shared_ptr<const std::string> message_;
};

class AuthenticationError : public ProcessError {
 public:
  using ProcessError::ProcessError;
};

// Differs from Python: there is one TimeoutError; Python's built-in one is an OSError.
class TimeoutError : public ProcessError {
 public:
  using ProcessError::ProcessError;
};

class Empty : public Error {
 public:
  using Error::Error;
};

class Full : public Error {
 public:
  using Error::Error;
};

// Of a queue on which somebody has called shutdown().
class ShutDown : public Error {
 public:
  using Error::Error;
};

class BrokenBarrierError : public RuntimeError {
 public:
  using RuntimeError::RuntimeError;
};

// Something failed in a manager or worker process; the text is what that side reported.
class RemoteError : public Error {
 public:
  using Error::Error;
};

// The exceptions of the pickle module.

class PickleError : public Error {
 public:
  using Error::Error;
};

class PicklingError : public PickleError {
 public:
  using PickleError::PickleError;
};

class UnpicklingError : public PickleError {
 public:
  using PickleError::PickleError;
};

// A process died while it held what the caller waits for. The object stays refused until someone
// has repaired what it guards and calls recover().
class OwnerDied : public Error {
 public:
  // `object`: what was held ("Lock 'cells'"). `name`: the dead process's name. `cause`: how it
  // died ("killed by SIGKILL"), empty if nobody knows.
  OwnerDied(std::string_view object, int pid, std::string_view name, std::string_view cause);

  [[nodiscard]] int pid() const noexcept;
  [[nodiscard]] const std::string& name() const noexcept;
  [[nodiscard]] const std::string& cause() const noexcept;

 private:
  struct Facts;
  std::shared_ptr<const Facts> facts_;
};

// A pool worker died while it ran a task. Only that task fails with this; the worker is replaced.
class WorkerDied : public Error {
 public:
  // `signal` is 0 if the worker exited by itself. `cause` is the probable reason, may be empty.
  WorkerDied(std::string_view task, int pid, int signal, std::string_view cause);

  [[nodiscard]] const std::string& task() const noexcept;
  [[nodiscard]] int pid() const noexcept;
  [[nodiscard]] int signal() const noexcept;
  [[nodiscard]] const std::string& cause() const noexcept;

 private:
  struct Facts;
  std::shared_ptr<const Facts> facts_;
};

}  // namespace mp
