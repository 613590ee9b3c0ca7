#include "libmp/serial/object_gen.hpp"
#include <libmp/exceptions.hpp>
#include <libmp/object.hpp>

#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace mp {
namespace {

RC_GTEST_PROP(Pickle, AnyObjectComesBackEqual, ()) {
  const Object value = test::any_object();

  const Object copy = loads(dumps(value));

  RC_ASSERT(repr(copy) == repr(value));
  RC_ASSERT(copy == value);
}

// Which parts are one object and which are merely equal survives too: the bytes say so.
RC_GTEST_PROP(Pickle, ACopyPicklesToTheSameBytes, ()) {
  const std::string pickle = dumps(test::any_object());

  RC_ASSERT(dumps(loads(pickle)) == pickle);
}

RC_GTEST_PROP(Pickle, EqualObjectsHashAlike, ()) {
  const Object key = test::any_key(3);

  RC_ASSERT(std::hash<Object>()(key) == std::hash<Object>()(loads(dumps(key))));
}

RC_GTEST_PROP(Pickle, DamagedBytesLoadOrAreRefused, (std::vector<std::uint8_t> patch)) {
  std::string pickle = dumps(test::any_object());
  for (const std::uint8_t byte : patch) {
    pickle[*rc::gen::inRange<std::size_t>(0, pickle.size())] = static_cast<char>(byte);
  }
  try {
    (void)loads(pickle);
  } catch (const UnpicklingError& error) {
    RC_ASSERT(std::string(error.what()).starts_with("offset "));
  }
}

}  // namespace
}  // namespace mp
