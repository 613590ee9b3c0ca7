#include "serial/globals.hpp"

#include "serial/block_pool.hpp"
#include "serial/instance.hpp"

#include <iterator>
#include <new>
#include <string>
#include <unordered_map>
#include <utility>

namespace mp::serial {
namespace {

struct Row {
  std::string_view module;
  std::string_view name;
  Known known;
};

// clang-format off
constexpr Row kRows[] = {
    {"builtins", "bytearray", Known::ByteArray}, {"builtins", "bytes", Known::Bytes},
    {"builtins", "complex", Known::Complex}, {"builtins", "frozenset", Known::FrozenSet},
    {"builtins", "getattr", Known::Getattr}, {"builtins", "list", Known::List},
    {"builtins", "object", Known::Object}, {"builtins", "range", Known::Range},
    {"builtins", "set", Known::Set}, {"builtins", "slice", Known::Slice},
    {"_codecs", "encode", Known::CodecsEncode},
    {"copyreg", "__newobj__", Known::NewObj}, {"copyreg", "__newobj_ex__", Known::NewObjEx},
    {"copyreg", "_reconstructor", Known::Reconstructor},
    {"multiprocessing.managers", "RemoteError", Known::RemoteError},
    {"multiprocessing.context", "ProcessError", Known::Exception},
    {"multiprocessing.context", "BufferTooShort", Known::Exception},
    {"multiprocessing.context", "TimeoutError", Known::Exception},
    {"multiprocessing.context", "AuthenticationError", Known::Exception},
    {"multiprocessing.pool", "MaybeEncodingError", Known::Exception},
    {"_queue", "Empty", Known::Exception}, {"queue", "Empty", Known::Exception},
    {"queue", "Full", Known::Exception}, {"queue", "ShutDown", Known::Exception},
    {"threading", "BrokenBarrierError", Known::Exception},
    {"_pickle", "PickleError", Known::Exception}, {"_pickle", "PicklingError", Known::Exception},
    {"_pickle", "UnpicklingError", Known::Exception},
    {"builtins", "ArithmeticError", Known::Exception},
    {"builtins", "AssertionError", Known::Exception},
    {"builtins", "AttributeError", Known::Exception},
    {"builtins", "BaseException", Known::Exception},
    {"builtins", "BaseExceptionGroup", Known::Exception},
    {"builtins", "BlockingIOError", Known::OSError},
    {"builtins", "BrokenPipeError", Known::OSError}, {"builtins", "BufferError", Known::Exception},
    {"builtins", "BytesWarning", Known::Exception},
    {"builtins", "ChildProcessError", Known::OSError},
    {"builtins", "ConnectionAbortedError", Known::OSError},
    {"builtins", "ConnectionError", Known::OSError},
    {"builtins", "ConnectionRefusedError", Known::OSError},
    {"builtins", "ConnectionResetError", Known::OSError},
    {"builtins", "DeprecationWarning", Known::Exception},
    {"builtins", "EOFError", Known::Exception}, {"builtins", "EncodingWarning", Known::Exception},
    {"builtins", "Exception", Known::Exception}, {"builtins", "ExceptionGroup", Known::Exception},
    {"builtins", "FileExistsError", Known::OSError},
    {"builtins", "FileNotFoundError", Known::OSError},
    {"builtins", "FloatingPointError", Known::Exception},
    {"builtins", "FutureWarning", Known::Exception},
    {"builtins", "GeneratorExit", Known::Exception}, {"builtins", "ImportError", Known::Exception},
    {"builtins", "ImportWarning", Known::Exception},
    {"builtins", "IndentationError", Known::Exception},
    {"builtins", "IndexError", Known::Exception}, {"builtins", "InterruptedError", Known::OSError},
    {"builtins", "IsADirectoryError", Known::OSError}, {"builtins", "KeyError", Known::KeyError},
    {"builtins", "KeyboardInterrupt", Known::Exception},
    {"builtins", "LookupError", Known::Exception}, {"builtins", "MemoryError", Known::Exception},
    {"builtins", "ModuleNotFoundError", Known::Exception},
    {"builtins", "NameError", Known::Exception}, {"builtins", "NotADirectoryError", Known::OSError},
    {"builtins", "NotImplementedError", Known::Exception}, {"builtins", "OSError", Known::OSError},
    {"builtins", "OverflowError", Known::Exception},
    {"builtins", "PendingDeprecationWarning", Known::Exception},
    {"builtins", "PermissionError", Known::OSError},
    {"builtins", "ProcessLookupError", Known::OSError},
    {"builtins", "RecursionError", Known::Exception},
    {"builtins", "ReferenceError", Known::Exception},
    {"builtins", "ResourceWarning", Known::Exception},
    {"builtins", "RuntimeError", Known::Exception},
    {"builtins", "RuntimeWarning", Known::Exception},
    {"builtins", "StopAsyncIteration", Known::Exception},
    {"builtins", "StopIteration", Known::Exception}, {"builtins", "SyntaxError", Known::Exception},
    {"builtins", "SyntaxWarning", Known::Exception}, {"builtins", "SystemError", Known::Exception},
    {"builtins", "SystemExit", Known::Exception}, {"builtins", "TabError", Known::Exception},
    {"builtins", "TimeoutError", Known::OSError}, {"builtins", "TypeError", Known::Exception},
    {"builtins", "UnboundLocalError", Known::Exception},
    {"builtins", "UnicodeDecodeError", Known::Exception},
    {"builtins", "UnicodeEncodeError", Known::Exception},
    {"builtins", "UnicodeError", Known::Exception},
    {"builtins", "UnicodeTranslateError", Known::Exception},
    {"builtins", "UnicodeWarning", Known::Exception}, {"builtins", "UserWarning", Known::Exception},
    {"builtins", "ValueError", Known::Exception}, {"builtins", "Warning", Known::Exception},
    {"builtins", "ZeroDivisionError", Known::Exception},
};
// clang-format on

Object new_global(const Object& module, const Object& name, Known known) {
  auto* block =
      new (BlockPool::take(sizeof(detail::GlobalBlock))) detail::GlobalBlock(module, name, known);
  return ObjectAccess::adopt(Tag::Global, block);
}

// The globals of kRows, and their modules as texts that are one object each: as in CPython, where a
// module's name is written once for all its classes. Never freed.
class Table {
 public:
  Table() {
    for (const Row& row : kRows) {
      const Object made = new_global(text(row.module), text(row.name), row.known);
      ObjectAccess::make_immortal(made);
      by_name_.emplace(key(row.module, row.name), made);
      by_known_.emplace(row.known, made);
    }
  }

  [[nodiscard]] Object find(std::string_view module, std::string_view name) const {
    const auto found = by_name_.find(key(module, name));
    return found == by_name_.end() ? Object() : found->second;
  }
  [[nodiscard]] const Object& of(Known known) const { return by_known_.find(known)->second; }
  [[nodiscard]] Object shared_text(const Object& name) const {
    const auto found = texts_.find(std::string(ObjectAccess::raw(name).view()));
    return found == texts_.end() ? name : found->second;
  }

 private:
  static std::string key(std::string_view module, std::string_view name) {
    return std::string(module).append(1, '\n').append(name);
  }

  Object text(std::string_view of) {
    const auto [at, is_new] = texts_.try_emplace(std::string(of), of);
    if (is_new) ObjectAccess::make_immortal(at->second);
    return at->second;
  }

  std::unordered_map<std::string, Object> by_name_;
  std::unordered_map<Known, Object> by_known_;
  std::unordered_map<std::string, Object> texts_;
};

const Table& table() {
  static const Table* const made = new Table;
  return *made;
}

}  // namespace

Object make_global(const Object& module, const Object& name) {
  Object found = table().find(ObjectAccess::raw(module).view(), ObjectAccess::raw(name).view());
  if (!found.is_none()) return found;
  return new_global(table().shared_text(module), table().shared_text(name), Known::No);
}

Object make_global(std::string_view module, std::string_view name) {
  return make_global(Object(module), Object(name));
}

const Object& known_global(Known known) { return table().of(known); }

Object find_exception(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  const Object found = dot == std::string_view::npos
                           ? table().find("builtins", name)
                           : table().find(name.substr(0, dot), name.substr(dot + 1));
  const bool suits = !found.is_none() && is_exception(ObjectAccess::global(found).known);
  return suits ? found : Object();
}

std::string full_name(const Object& global) {
  const detail::GlobalBlock& block = ObjectAccess::global(global);
  std::string out(ObjectAccess::raw(block.module).view());
  return out.append(".").append(ObjectAccess::raw(block.name).view());
}

bool is_exception(const Object& object) noexcept {
  if (ObjectAccess::tag(object) != Tag::Instance) return false;
  const detail::InstanceBlock& block = ObjectAccess::instance(object);
  return block.make == Make::Reduce && ObjectAccess::tag(block.function) == Tag::Global &&
         is_exception(ObjectAccess::global(block.function).known);
}

}  // namespace mp::serial
