#include <libmp/exceptions.hpp>
#include <libmp/object.hpp>

#include <cerrno>
#include <stdexcept>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mp {
namespace {

using testing::ThrowsMessage;

TEST(ExceptionObject, PrintsAsInPython) {
  EXPECT_EQ(repr(exception("KeyError", {"k"})), "KeyError('k')");
  EXPECT_EQ(str(exception("KeyError", {"k"})), "'k'");
  EXPECT_EQ(str(exception("ValueError", {"bad"})), "bad");
  EXPECT_EQ(str(exception("ValueError")), "");
  EXPECT_EQ(str(exception("ValueError", {1, "a"})), "(1, 'a')");
  EXPECT_EQ(repr(exception("ValueError", {1, "a"})), "ValueError(1, 'a')");
  EXPECT_EQ(repr(exception("FileNotFoundError", {2, "Gone", "/a"})),
            "FileNotFoundError(2, 'Gone')");
  EXPECT_EQ(str(exception("FileNotFoundError", {2, "Gone", "/a"})), "[Errno 2] Gone: '/a'");
  EXPECT_EQ(str(exception("OSError", {1, "No", "a", nullptr, "b"})), "[Errno 1] No: 'a' -> 'b'");
  EXPECT_EQ(repr(exception("OSError", {1, "No"})), "PermissionError(1, 'No')");
  const std::string line(75, '-');
  EXPECT_EQ(str(exception("multiprocessing.managers.RemoteError", {"text"})),
            "\n" + line + "\ntext" + line);
}

TEST(ExceptionObject, KnowsItsClassArgumentsAndState) {
  const Object error = exception("queue.Full", {1}, dict{{"note", 2}});

  EXPECT_EQ(error.kind(), Kind::Exception);
  EXPECT_EQ(error.type_name(), "Full");
  EXPECT_EQ(error.function().module(), "queue");
  EXPECT_EQ(error.args(), tuple{1});
  EXPECT_EQ(error.state()["note"], 2);
  EXPECT_NE(error, exception("queue.Full", {1}));
}

TEST(ExceptionObject, UnknownClassIsRefusedByName) {
  EXPECT_THAT([] { exception("NoSuchError"); },
              ThrowsMessage<ValueError>("exception(): there is no 'NoSuchError'"));
  EXPECT_THROW(exception("len"), ValueError);
  EXPECT_THROW(exception("builtins.list"), ValueError);
}

template <class E>
void expect_there_and_back(const E& error, const std::string& printed) {
  const Object object = exception(error);
  EXPECT_EQ(repr(object), printed);
  EXPECT_THAT([&] { raise(object); }, ThrowsMessage<E>(error.what()));
}

TEST(ExceptionObject, ErrorsOfCppHaveTheirNameInPython) {
  expect_there_and_back(ValueError("bad"), "ValueError('bad')");
  expect_there_and_back(IndexError("far"), "IndexError('far')");
  expect_there_and_back(NotImplementedError("no"), "NotImplementedError('no')");
  expect_there_and_back(BrokenBarrierError("x"), "BrokenBarrierError('x')");
  expect_there_and_back(TimeoutError("late"), "TimeoutError('late')");
  expect_there_and_back(Empty("e"), "Empty('e')");
  expect_there_and_back(RemoteError("there"), "RemoteError('there')");
  expect_there_and_back(UnpicklingError("u"), "UnpicklingError('u')");
  EXPECT_EQ(exception(TimeoutError("late")).function().module(), "multiprocessing.context");
}

TEST(ExceptionObject, WhatPythonHasNotIsARuntimeError) {
  EXPECT_EQ(repr(exception(std::logic_error("odd"))), "RuntimeError('odd')");
  EXPECT_EQ(repr(exception(OwnerDied("Lock 'a'", 7, "worker", ""))),
            "RuntimeError(\"Lock 'a': its owner, process worker (pid 7), died\")");
  EXPECT_EQ(repr(exception(std::runtime_error("\xff"))), "RuntimeError(\"b'\\\\xff'\")");
}

TEST(ExceptionObject, OSErrorKeepsNumberAndSubject) {
  const Object object = exception(OSError(ENOENT, "open", "/x"));

  EXPECT_EQ(repr(object.function()), "<class 'FileNotFoundError'>");
  EXPECT_EQ(repr(object.args()), "(2, 'No such file or directory', '/x')");
  EXPECT_THAT([&] { raise(object); },
              ThrowsMessage<OSError>("FileNotFoundError '/x': No such file or directory [ENOENT]"));
  EXPECT_EQ(repr(exception(OSError(ENOSPC, "write"))), "OSError(28, 'No space left on device')");
}

TEST(ExceptionObject, BufferTooShortKeepsItsMessage) {
  const std::string message = "abc";
  const Object object = exception(BufferTooShort(std::as_bytes(std::span(message)), 1));

  EXPECT_EQ(repr(object), "BufferTooShort(b'abc')");
  try {
    raise(object);
  } catch (const BufferTooShort& error) {
    EXPECT_EQ(error.message().size(), 3U);
  }
}

TEST(ExceptionObject, ClassesThatCppHasNotBecomeTheNearest) {
  EXPECT_THAT([] { raise(exception("UnicodeDecodeError", {"text"})); },
              ThrowsMessage<ValueError>("text"));
  EXPECT_THAT([] { raise(exception("RecursionError", {"deep"})); },
              ThrowsMessage<RuntimeError>("deep"));
  EXPECT_THAT([] { raise(exception("ZeroDivisionError", {"by zero"})); },
              ThrowsMessage<Error>("ZeroDivisionError: by zero"));
  EXPECT_THAT([] { raise(exception("StopIteration")); }, ThrowsMessage<Error>("StopIteration"));
  EXPECT_THAT([] { raise(exception("KeyError", {"k"})); }, ThrowsMessage<KeyError>("'k'"));
  EXPECT_THROW(raise(exception("OSError", {"only text"})), Error);
  EXPECT_THAT([] { raise(Object(1)); },
              ThrowsMessage<TypeError>("exceptions must derive from BaseException, not int"));
}

}  // namespace
}  // namespace mp
