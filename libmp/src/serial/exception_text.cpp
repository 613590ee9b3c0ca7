#include "serial/exception_text.hpp"

#include "serial/instance.hpp"

#include <cerrno>

namespace mp::serial {
namespace {

struct OsRow {
  int error_number;
  std::string_view name;
};

constexpr OsRow kOsErrors[] = {
    {EAGAIN, "BlockingIOError"},
    {EALREADY, "BlockingIOError"},
    {EINPROGRESS, "BlockingIOError"},
    {EPIPE, "BrokenPipeError"},
    {ESHUTDOWN, "BrokenPipeError"},
    {ECHILD, "ChildProcessError"},
    {ECONNABORTED, "ConnectionAbortedError"},
    {ECONNREFUSED, "ConnectionRefusedError"},
    {ECONNRESET, "ConnectionResetError"},
    {EEXIST, "FileExistsError"},
    {ENOENT, "FileNotFoundError"},
    {EINTR, "InterruptedError"},
    {EISDIR, "IsADirectoryError"},
    {ENOTDIR, "NotADirectoryError"},
    {EACCES, "PermissionError"},
    {EPERM, "PermissionError"},
    {ESRCH, "ProcessLookupError"},
    {ETIMEDOUT, "TimeoutError"},
};

// OSError(2, 'No such file or directory', '/a'): "[Errno 2] No such file or directory: '/a'"
std::string os_error_text(std::span<const Object> all) {
  std::string text = "[Errno " + str(all[0]) + "] " + str(all[1]);
  constexpr std::size_t kFile = 2;
  constexpr std::size_t kSecondFile = 4;
  if (all.size() > kFile && !all[kFile].is_none()) text.append(": ").append(repr(all[kFile]));
  if (all.size() > kSecondFile && !all[kSecondFile].is_none()) {
    text.append(" -> ").append(repr(all[kSecondFile]));
  }
  return text;
}

bool is_os_error(const Object& exception) {
  const Known known = ObjectAccess::global(exception.function()).known;
  const std::size_t count = exception.args().size();
  return known == Known::OSError && count >= 2 && count <= 5;
}

}  // namespace

std::span<const Object> exception_args(const Object& exception) {
  const std::span<const Object> all = ObjectAccess::items(exception.args());
  return is_os_error(exception) ? all.first(2) : all;
}

std::string exception_text(const Object& exception) {
  const std::span<const Object> all = ObjectAccess::items(exception.args());
  if (is_os_error(exception)) return os_error_text(all);
  if (all.empty()) return {};
  if (all.size() > 1) return repr(exception.args());
  switch (ObjectAccess::global(exception.function()).known) {
    case Known::KeyError:
      return repr(all[0]);
    case Known::RemoteError: {
      const std::string line = "\n" + std::string(75, '-');
      return line + "\n" + str(all[0]) + line.substr(1);
    }
    default:
      return str(all[0]);
  }
}

std::string_view os_error_name(std::int64_t error_number) noexcept {
  for (const OsRow& row : kOsErrors) {
    if (row.error_number == error_number) return row.name;
  }
  return "OSError";
}

Object special_error(const Object& function, std::span<const Object> arguments) {
  const detail::GlobalBlock& global = ObjectAccess::global(function);
  const bool has_number =
      arguments.size() >= 2 && arguments.size() <= 5 && ObjectAccess::tag(arguments[0]) == Tag::Int;
  if (global.known != Known::OSError || global.name.text() != "OSError" || !has_number) {
    return function;
  }
  return find_exception(os_error_name(ObjectAccess::integer(arguments[0])));
}

}  // namespace mp::serial
