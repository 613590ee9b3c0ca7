#include "analysis/fork_risks.hpp"

#include "analysis/analyze.hpp"
#include "analysis/events.hpp"
#include "analysis/finding_log.hpp"
#include "fold.hpp"
#include "support/event_builder.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace inspector::analysis {
namespace {

using support::EventBuilder;
using namespace std::chrono_literals;

const wire::ForkRisk kThreads{.threads = 2};

TEST(ForkRisk, NamesParentChildRiskEffectAndWhatToDo) {
  EventBuilder builder;
  const auto root = builder.root();
  builder.fork_risk(root, kThreads);
  const auto child = builder.fork(root, "Worker-1");

  const auto found = analyze(fold(builder));

  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].rule, "fork-risk");
  EXPECT_EQ(found[0].sentence.plain(),
            "MainProcess forked Worker-1 while 2 other threads ran: what other threads have locked "
            "stays locked in the child.");
  EXPECT_EQ(found[0].advice, "Start processes before threads, or by spawn or forkserver.");
  EXPECT_EQ(found[0].subjects, (std::vector{Subject::of(root), Subject::of(child)}));
}

TEST(ForkRisk, AllThatWasFoundAtOneForkIsOneSentence) {
  EventBuilder builder;
  const auto root = builder.root();
  builder.fork_risk(root, {1, 2, 1, 1, "ledger, accounts", "stdout", "7 (/dev/null)"});
  builder.fork(root, "Worker-1");

  const auto found = analyze(fold(builder));

  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].sentence.plain(),
            "MainProcess forked Worker-1 while 1 other thread ran, 2 locks were held (ledger, "
            "accounts), stdout could not be flushed and 1 descriptor was open without "
            "close-on-exec (7 (/dev/null)): what other threads have locked stays locked in the "
            "child, the child cannot release what its parent holds, what stdout still holds may be "
            "written twice and what is open stays open in programs that the child starts.");
}

TEST(ForkRisk, IsNoProblemAndLeavesTheVerdictAlone) {
  EventBuilder builder;
  const auto root = builder.root();
  builder.fork_risk(root, {.threads = 1, .locks = 1, .locks_named = "ledger"});
  builder.fork(root, "Worker-1");

  const auto found = analyze(fold(builder));

  ASSERT_EQ(found.size(), 1u);
  EXPECT_FALSE(found[0].is_problem());
  EXPECT_EQ(verdict(found, 3'200'000'000).plain(), "No problems seen in 3.2 s.");
}

TEST(ForkRisk, OfAForkThatCameToNothingIsToldOfAChild) {
  EventBuilder builder;
  builder.fork_risk(builder.root(), {.locks = 1, .locks_named = "ledger"});

  const auto found = analyze(fold(builder));

  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].headline.plain(), "MainProcess forked a child while lock ledger was held");
  EXPECT_EQ(found[0].subjects.size(), 1u);
}

// The parent speaks before its child exists.
TEST(ForkRisk, IsTheSameFindingBeforeAndAfterTheChildIsKnown) {
  EventBuilder builder;
  const auto root = builder.root();
  builder.fork_risk(root, kThreads);
  model::Model model;
  FindingLog log;
  log.apply(model, builder.take());
  log.observe(model);
  builder.fork(root, "Worker-1");
  builder.after(1s).tick();
  log.apply(model, builder.take());
  log.observe(model);

  const auto found = log.findings();

  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].headline.plain(), "MainProcess forked Worker-1 while 2 other threads ran");
}

TEST(ForkRisk, StandsAmongTheEventsOfParentAndChildOnly) {
  EventBuilder builder;
  const auto root = builder.root();
  builder.fork_risk(root, kThreads);
  const auto child = builder.fork(root, "Worker-1");
  const auto other = builder.fork(root, "Worker-2");
  const model::Model model = fold(builder);
  const Names names(model);

  const auto told = [&](model::Puid about) {
    std::size_t count = 0;
    for (const EventLine& line : recent_events(model, names, Subject::of(about), 50))
      count += line.text.plain() == "MainProcess forked Worker-1 while 2 other threads ran" ? 1 : 0;
    return count;
  };

  EXPECT_EQ(told(root), 1u);
  EXPECT_EQ(told(child), 1u);
  EXPECT_EQ(told(other), 0u);
}

TEST(ForkRisk, CountsForFailOnOnlyByItsName) {
  EXPECT_EQ(parse_rules("fork-risk").value(), std::vector<std::string>{"fork-risk"});
  const auto any = parse_rules("any").value();
  EXPECT_EQ(std::count(any.begin(), any.end(), "fork-risk"), 0);
  const auto both = parse_rules("any,fork-risk").value();
  EXPECT_EQ(both.size(), rules().size());
}

}  // namespace
}  // namespace inspector::analysis
