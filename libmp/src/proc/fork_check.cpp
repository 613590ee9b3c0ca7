#include "proc/fork_check.hpp"

#include "logging/logging.hpp"
#include "os/descriptors.hpp"
#include "os/process_id.hpp"
#include "probe/probe.hpp"
#include "proc/standard_streams.hpp"
#include "wire/event.hpp"
#include <libmp/exceptions.hpp>
#include <libmp/fork_policy.hpp>

#include <atomic>

namespace mp {
namespace {

constinit std::atomic<ForkPolicy> policy{ForkPolicy::Tell};

// Which kinds of findings this process has been told of.
enum Kind : unsigned { Threads = 1, Locks = 2, Streams = 4, Descriptors = 8 };
constinit std::atomic<unsigned> told{0};

unsigned kinds_of(const ForkHazards& hazards) noexcept {
  return (hazards.other_threads > 0 ? Threads : 0U) | (hazards.held_locks.empty() ? 0U : Locks) |
         (hazards.unflushed.empty() ? 0U : Streams) |
         (hazards.descriptors.empty() ? 0U : Descriptors);
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

// Enough to recognise them by.
std::string few_of(const std::vector<std::string>& names) {
  constexpr std::size_t kFew = 5;
  if (names.size() <= kFew) return joined(names);
  return joined({names.begin(), names.begin() + kFew}) + " and " +
         std::to_string(names.size() - kFew) + " more";
}

wire::ForkRisk risk_of(const ForkHazards& hazards) {
  const auto count = [](const auto& names) { return static_cast<std::uint32_t>(names.size()); };
  return {.threads = static_cast<std::uint32_t>(hazards.other_threads),
          .locks = count(hazards.held_locks),
          .streams = count(hazards.unflushed),
          .descriptors = count(hazards.descriptors),
          .locks_named = few_of(hazards.held_locks),
          .streams_named = few_of(hazards.unflushed),
          .descriptors_named = few_of(hazards.descriptors)};
}

bool anybody_listens(ForkPolicy now) {
  return probe::level() >= probe::Level::Normal ||
         (now == ForkPolicy::Warn && logging::has_listener(WARNING));
}

}  // namespace

bool ForkHazards::any() const noexcept { return kinds_of(*this) != 0; }

std::string ForkHazards::text() const {
  std::vector<std::string> parts;
  if (other_threads > 0) {
    parts.push_back(std::to_string(other_threads) + " other thread" +
                    (other_threads == 1 ? " runs" : "s run") +
                    ", and what they have locked stays locked in the child");
  }
  if (!held_locks.empty()) parts.push_back("held: " + joined(held_locks));
  if (!unflushed.empty()) parts.push_back("cannot be flushed: " + joined(unflushed));
  if (!descriptors.empty()) parts.push_back("open without close-on-exec: " + joined(descriptors));
  std::string line;
  for (const std::string& part : parts) line += (line.empty() ? "" : "; ") + part;
  return line;
}

ForkHazards fork_hazards() {
  ForkHazards hazards;
  const int threads = os::thread_count();
  hazards.other_threads = threads > 1 ? threads - 1 : 0;
  hazards.held_locks = probe::held_locks();
  hazards.unflushed = proc::unflushed_streams();
  for (const int fd : os::inheritable_descriptors()) {
    if (fd > 2) hazards.descriptors.push_back(os::describe_descriptor(fd));
  }
  return hazards;
}

void set_fork_policy(ForkPolicy wanted) noexcept { policy = wanted; }
ForkPolicy get_fork_policy() noexcept { return policy; }

void proc::check_fork(const probe::Birth& birth) {
  const ForkPolicy now = policy;
  if (now == ForkPolicy::Ignore || (now != ForkPolicy::Refuse && !anybody_listens(now))) return;
  ForkHazards hazards = fork_hazards();
  if (now == ForkPolicy::Tell) hazards.descriptors.clear();
  const unsigned kinds = kinds_of(hazards);
  if (now == ForkPolicy::Refuse && (kinds & ~unsigned{Descriptors}) != 0) {
    throw RuntimeError("fork is refused by set_fork_policy(): " + hazards.text() +
                       ". Start the process earlier, or by spawn or forkserver.");
  }
  if ((kinds & ~told.fetch_or(kinds)) == 0) return;
  probe::fork_risk(birth, risk_of(hazards));
  if (now != ForkPolicy::Tell) logging::warning("fork: " + hazards.text());
}

}  // namespace mp
