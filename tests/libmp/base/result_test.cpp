#include "base/result.hpp"

#include <memory>
#include <string>
#include <type_traits>

#include <gtest/gtest.h>

namespace mp {
namespace {

Result<int> parse_digit(char c) {
  if (c < '0' || c > '9') return Failure{FailureCode::Malformed, "not a digit", "offset 3"};
  return c - '0';
}

TEST(Result, HoldsTheValue) {
  const Result<int> result = parse_digit('7');

  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result.value(), 7);
}

TEST(Result, HoldsTheFailure) {
  const Result<int> result = parse_digit('x');

  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.failure().code, FailureCode::Malformed);
  EXPECT_EQ(result.failure().message(), "offset 3: not a digit (malformed)");
}

TEST(Result, HasNoConversionToBool) {
  EXPECT_FALSE((std::is_convertible_v<Result<bool>, bool>));
  EXPECT_FALSE((std::is_constructible_v<bool, Result<bool>>));
  EXPECT_FALSE((std::is_constructible_v<bool, Result<void>>));
}

TEST(Result, GivesAwayAMoveOnlyValue) {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(5);

  const std::unique_ptr<int> taken = std::move(result).value();

  ASSERT_NE(taken, nullptr);
  EXPECT_EQ(*taken, 5);
}

TEST(Result, FallbackIsUsedOnlyForAFailure) {
  EXPECT_EQ(parse_digit('4').value_or(-1), 4);
  EXPECT_EQ(parse_digit('x').value_or(-1), -1);
}

TEST(Result, VoidIsOkByDefault) {
  const Result<void> fine;
  const Result<void> bad = Failure{FailureCode::Os, "disk full", {}};

  EXPECT_TRUE(fine.ok());
  ASSERT_FALSE(bad.ok());
  EXPECT_EQ(bad.failure().message(), "disk full (operating system)");
}

TEST(ResultDeathTest, ValueOfAFailureAborts) {
  EXPECT_DEATH((void)parse_digit('x').value(), "");
  EXPECT_DEATH((void)parse_digit('1').failure(), "");
}

}  // namespace
}  // namespace mp
