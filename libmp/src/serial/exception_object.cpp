// Exceptions between C++ and Python: mp's classes as Python's objects, and back.
#include "serial/exception_text.hpp"
#include "serial/instance.hpp"
#include <libmp/exceptions.hpp>
#include <libmp/object.hpp>

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

namespace mp {
namespace {

using Thrower = void (*)(const std::string& text);

template <class E>
void throw_as(const std::string& text) {
  throw E(text);
}

template <class E>
bool is_a(const std::exception& error) {
  return dynamic_cast<const E*>(&error) != nullptr;
}

struct Row {
  std::string_view name;  // of the class in Python
  bool (*matches)(const std::exception& error);
  Thrower raise;
};

template <class E>
constexpr Row row(std::string_view name) {
  return {name, is_a<E>, throw_as<E>};
}

// Derived classes before their bases.
constexpr Row kRows[] = {
    row<KeyError>("KeyError"),
    row<IndexError>("IndexError"),
    row<LookupError>("LookupError"),
    row<ValueError>("ValueError"),
    row<TypeError>("TypeError"),
    row<AttributeError>("AttributeError"),
    row<OverflowError>("OverflowError"),
    row<EOFError>("EOFError"),
    row<AssertionError>("AssertionError"),
    row<NotImplementedError>("NotImplementedError"),
    row<BrokenBarrierError>("threading.BrokenBarrierError"),
    row<RuntimeError>("RuntimeError"),
    row<AuthenticationError>("multiprocessing.context.AuthenticationError"),
    row<TimeoutError>("multiprocessing.context.TimeoutError"),
    row<ProcessError>("multiprocessing.context.ProcessError"),
    row<Empty>("_queue.Empty"),
    row<Full>("queue.Full"),
    row<ShutDown>("queue.ShutDown"),
    row<RemoteError>("multiprocessing.managers.RemoteError"),
    row<PicklingError>("_pickle.PicklingError"),
    row<UnpicklingError>("_pickle.UnpicklingError"),
    row<PickleError>("_pickle.PickleError"),
};

// Classes that libmp has not, by the nearest that it has.
constexpr std::pair<std::string_view, Thrower> kDerived[] = {
    {"queue.Empty", throw_as<Empty>},
    {"UnicodeError", throw_as<ValueError>},
    {"UnicodeDecodeError", throw_as<ValueError>},
    {"UnicodeEncodeError", throw_as<ValueError>},
    {"UnicodeTranslateError", throw_as<ValueError>},
    {"RecursionError", throw_as<RuntimeError>},
};

Object os_error(const OSError& error) {
  std::vector<Object> args{error.error_number(),
                           std::generic_category().message(error.error_number())};
  if (!error.subject().empty()) args.emplace_back(error.subject());
  return exception(serial::os_error_name(error.error_number()), std::move(args));
}

// A text of C++ may be any bytes.
Object text_object(std::string_view text) {
  try {
    return text;
  } catch (const ValueError&) {
    return str(bytes(text));
  }
}

Object from_cpp(const std::exception& error) {
  if (const auto* os = dynamic_cast<const OSError*>(&error)) return os_error(*os);
  if (const auto* short_one = dynamic_cast<const BufferTooShort*>(&error)) {
    return exception("multiprocessing.context.BufferTooShort", {bytes(short_one->message())});
  }
  std::string_view name = "RuntimeError";
  for (const Row& row : kRows) {
    if (!row.matches(error)) continue;
    name = row.name;
    break;
  }
  return exception(name, {text_object(error.what())});
}

std::string name_of(const Object& cls) {
  return cls.module() == "builtins" ? std::string(cls.name()) : serial::full_name(cls);
}

void raise_os_error(const Object& error) {
  const std::span<const Object> args = error.args().elements();
  if (args.size() < 2 || args[0].kind() != Kind::Int) return;
  const bool has_file = args.size() > 2 && !args[2].is_none();
  throw OSError(args[0].as<int>(), error.type_name(), has_file ? str(args[2]) : std::string());
}

}  // namespace

exception::exception(const std::exception& error) : Object(from_cpp(error)) {}

void raise(const Object& exception) {
  if (exception.kind() != Kind::Exception) {
    throw TypeError("exceptions must derive from BaseException, not " +
                    std::string(exception.type_name()));
  }
  const std::string name = name_of(exception.function());
  const bool remote =
      name == "multiprocessing.managers.RemoteError" && exception.args().size() == 1;
  const std::string text = remote ? str(exception.args()[0]) : str(exception);
  if (serial::ObjectAccess::global(exception.function()).known == serial::Known::OSError) {
    raise_os_error(exception);
  }
  if (name == "multiprocessing.context.BufferTooShort" && exception.args().size() == 1 &&
      exception.args()[0].kind() == Kind::Bytes) {
    const Object message = exception.args()[0];
    throw BufferTooShort(message.raw_bytes(), 0);
  }
  for (const Row& row : kRows) {
    if (row.name == name) row.raise(text);
  }
  for (const auto& [derived, thrower] : kDerived) {
    if (derived == name) thrower(text);
  }
  throw Error(text.empty() ? name : name + ": " + text);
}

}  // namespace mp
