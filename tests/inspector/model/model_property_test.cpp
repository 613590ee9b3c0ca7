// What must hold for any stream of events, however senseless.
#include "model/model.hpp"
#include "support/event_scenarios.hpp"
#include "support/random_events.hpp"

#include <random>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace {

using inspector::model::Model;

Model after(const inspector::wire::Batch& batch, std::size_t count) {
  Model model;
  for (std::size_t i = 0; i < count; ++i)
    model.apply(batch.events[i], batch.payload_of(batch.events[i]));
  return model;
}

RC_GTEST_PROP(ModelProperty, AStateThatWasWrittenComesBackEqual, (std::uint64_t seed)) {
  const auto batch = support::RandomEvents(seed).batch(*rc::gen::inRange<std::size_t>(0, 600));
  const Model model = after(batch, batch.events.size());
  const auto back = Model::deserialize(model.serialize());
  RC_ASSERT(back.ok());
  RC_ASSERT(back.value().digest() == model.digest());
}

RC_GTEST_PROP(ModelProperty, AKeyframeAndTheRestEqualTheWhole, (std::uint64_t seed)) {
  const auto batch = support::RandomEvents(seed).batch(500);
  const auto cut = *rc::gen::inRange<std::size_t>(0, 500);
  auto resumed = Model::deserialize(after(batch, cut).serialize());
  RC_ASSERT(resumed.ok());
  Model& model = resumed.value();
  for (std::size_t i = cut; i < 500; ++i)
    model.apply(batch.events[i], batch.payload_of(batch.events[i]));
  RC_ASSERT(model.digest() == after(batch, 500).digest());
}

RC_GTEST_PROP(ModelProperty, ADamagedStateIsRefusedOrUsable, (std::uint64_t seed)) {
  std::mt19937_64 random(seed);
  const auto batch = support::RandomEvents(seed).batch(300);
  std::string bytes = after(batch, 300).serialize();
  for (std::uint64_t flips = 1 + random() % 4; flips > 0; --flips)
    bytes[random() % bytes.size()] = static_cast<char>(random());
  if (random() % 4 == 0) bytes.resize(random() % bytes.size());
  auto back = Model::deserialize(bytes);
  if (!back.ok()) return;
  // Whatever was read is a state: it can be folded on, listed and written.
  Model& model = back.value();
  model.apply(batch);
  RC_ASSERT(model.processes().in_tree_order().size() == model.processes().rows().size());
  RC_ASSERT(Model::deserialize(model.serialize()).ok());
}

TEST(ModelProperty, EveryCutOfAStateIsRefused) {
  support::EventBuilder builder;
  support::killed_holder(builder);
  Model model;
  model.apply(builder.batch());
  const std::string bytes = model.serialize();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    ASSERT_FALSE(Model::deserialize(std::string_view(bytes).substr(0, size)).ok()) << size;
  }
}

TEST(ModelProperty, TwoStreamsThatDifferInOneFactDifferInTheirDigest) {
  support::EventBuilder builder;
  support::deadlock_of_two(builder);
  const auto& batch = builder.batch();
  std::set<std::uint64_t> digests;
  for (std::size_t i = 0; i <= batch.events.size(); ++i) digests.insert(after(batch, i).digest());
  EXPECT_EQ(digests.size(), batch.events.size() + 1);
}

}  // namespace
