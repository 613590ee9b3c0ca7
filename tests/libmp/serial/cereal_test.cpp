// Classes written for cereal travel unchanged: its wrappers are understood by their shape.
#include <libmp/serialize.hpp>

#include <string>

#include <cereal/cereal.hpp>
#include <cereal/types/base_class.hpp>
#include <gtest/gtest.h>

namespace {

struct Base {
  int base = 0;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(CEREAL_NVP(base));
  }
};

struct Derived : Base {
  std::string name;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::base_class<Base>(this), cereal::make_nvp("the name", name));
  }
};

TEST(Cereal, NamedMembersAndBaseClassesTravel) {
  Derived value;
  value.base = 7;
  value.name = "x";
  mp::detail::ByteBuffer out;

  mp::detail::encode(out, value);
  const auto copy = mp::detail::decode<Derived>(out.bytes());

  EXPECT_EQ(copy.base, 7);
  EXPECT_EQ(copy.name, "x");
}

}  // namespace
