#include "analysis/deadlocks.hpp"

#include "analysis/phrases.hpp"
#include "analysis/words.hpp"

#include <algorithm>
#include <set>

namespace inspector::analysis {
namespace {

constexpr std::size_t kNamedMembers = 8;

std::uint64_t newest_wait(const WaitGraph& graph, const std::vector<NodeIndex>& members) {
  std::uint64_t newest = 0;
  for (const NodeIndex node : members) newest = std::max(newest, graph.nodes[node].row->since_ns);
  return newest;
}

bool stands(std::uint64_t since_ns, std::uint64_t now_ns, std::uint64_t at_least) {
  return now_ns >= since_ns && now_ns - since_ns >= at_least;
}

// Circles where each member has exactly one who could help.
void find_circles(const WaitGraph& graph, std::uint64_t now_ns, std::vector<Deadlock>& found) {
  for (const auto& component : cyclic_components(graph.single)) {
    Deadlock deadlock;
    deadlock.members = cycle_in(graph.single, component);
    deadlock.since_ns = newest_wait(graph, deadlock.members);
    deadlock.timed = std::any_of(deadlock.members.begin(), deadlock.members.end(),
                                 [&](NodeIndex node) { return !graph.nodes[node].for_ever; });
    deadlock.proven = true;
    if (stands(deadlock.since_ns, now_ns, kDeadlockStandsNs)) found.push_back(std::move(deadlock));
  }
}

std::vector<bool> lost_nodes(const WaitGraph& graph) {
  std::vector<bool> for_ever;
  for (const WaitNode& node : graph.nodes) for_ever.push_back(node.for_ever);
  return never_woken(graph.any, for_ever);
}

Digraph only_lost(const WaitGraph& graph, const std::vector<bool>& lost) {
  Digraph rest(graph.nodes.size());
  for (const WaitLink& link : graph.links) {
    if (lost[link.from] && lost[link.to]) rest.add_edge(link.from, link.to);
  }
  return rest;
}

// Closed sets where everyone who could help any of them is one of them.
void find_knots(const WaitGraph& graph, const Digraph& rest, std::uint64_t now_ns,
                std::vector<Deadlock>& found) {
  for (auto& knot : knots(rest)) {
    const bool is_circle = std::all_of(knot.begin(), knot.end(), [&](NodeIndex node) {
      return !graph.single.successors(node).empty();
    });
    if (is_circle) continue;
    Deadlock deadlock;
    deadlock.members = std::move(knot);
    deadlock.since_ns = newest_wait(graph, deadlock.members);
    for (const NodeIndex node : deadlock.members) {
      deadlock.since_ns = std::max(deadlock.since_ns, graph.nodes[node].last_helper_gone_ns);
    }
    if (stands(deadlock.since_ns, now_ns, kKnotStandsNs)) found.push_back(std::move(deadlock));
  }
}

// Lost threads from which a member can be reached.
void find_behind(const Digraph& rest, Deadlock& deadlock) {
  std::vector<std::vector<NodeIndex>> waiters(rest.size());
  for (NodeIndex node = 0; node < rest.size(); ++node) {
    for (const NodeIndex to : rest.successors(node)) waiters[to].push_back(node);
  }
  std::set<NodeIndex> seen(deadlock.members.begin(), deadlock.members.end());
  std::vector<NodeIndex> next = deadlock.members;
  while (!next.empty()) {
    const NodeIndex node = next.back();
    next.pop_back();
    for (const NodeIndex waiter : waiters[node]) {
      if (!seen.insert(waiter).second) continue;
      deadlock.behind.push_back(waiter);
      next.push_back(waiter);
    }
  }
  std::sort(deadlock.behind.begin(), deadlock.behind.end());
}

// What the member holds that its predecessor in the circle waits for; 0 when that one waits for its
// end.
model::ObjectId wanted_of(const WaitGraph& graph, NodeIndex waiter) {
  const model::Thread& thread = *graph.nodes[waiter].row;
  return thread.state == wire::ThreadState::LockWait ? thread.object : 0;
}

Text who(const Names& names, const WaitGraph& graph, NodeIndex node) {
  return names.say(graph.nodes[node].thread);
}

Text circle_sentence(const Names& names, const WaitGraph& graph,
                     const std::vector<NodeIndex>& members) {
  if (members.size() == 1) {
    return who(names, graph, members[0])
           << " " << wait_phrase(names, *graph.nodes[members[0]].row) << ", which it holds itself";
  }
  Text text;
  const std::size_t shown = members.size() > kNamedMembers ? kNamedMembers - 1 : members.size();
  for (std::size_t i = 0; i < shown; ++i) {
    if (i > 0) text << "; ";
    const NodeIndex before = members[(i + members.size() - 1) % members.size()];
    text << who(names, graph, members[i]) << " ";
    if (const model::ObjectId held = wanted_of(graph, before))
      text << "holds " << names.say_object(held) << " and ";
    text << wait_phrase(names, *graph.nodes[members[i]].row);
  }
  if (shown < members.size()) {
    text << "; and so on over " + std::to_string(members.size() - shown) + " more back to "
         << who(names, graph, members[0]);
  }
  return text;
}

Text knot_sentence(const Names& names, const WaitGraph& graph,
                   const std::vector<NodeIndex>& members) {
  if (members.size() == 1) {
    return who(names, graph, members[0]) << " " << wait_phrase(names, *graph.nodes[members[0]].row)
                                         << ", but nobody else is left who could end the wait";
  }
  Text text;
  const std::size_t shown = members.size() > kNamedMembers ? kNamedMembers - 1 : members.size();
  for (std::size_t i = 0; i < shown; ++i) {
    if (i > 0) text << "; ";
    text << who(names, graph, members[i]) << " "
         << wait_phrase(names, *graph.nodes[members[i]].row);
  }
  if (shown < members.size())
    text << "; " + std::to_string(members.size() - shown) + " more wait likewise";
  return text << "; nobody else could help";
}

// The things the members wait for, each once, in the order in which they were made.
std::vector<model::ObjectId> objects_of(const WaitGraph& graph,
                                        const std::vector<NodeIndex>& members) {
  std::vector<model::ObjectId> objects;
  for (const NodeIndex node : members) {
    const auto waited_for = graph.nodes[node].row->waited_for();
    objects.insert(objects.end(), waited_for.begin(), waited_for.end());
  }
  std::sort(objects.begin(), objects.end());
  objects.erase(std::unique(objects.begin(), objects.end()), objects.end());
  return objects;
}

void add_details(const model::Model& model, const Names& names, const WaitGraph& graph,
                 const Deadlock& deadlock, Finding& finding) {
  for (const model::ObjectId id : objects_of(graph, deadlock.members)) {
    const model::Object* object = model.objects().find(id);
    if (object == nullptr || object->site.empty()) continue;
    Text text = Text(capitalized(names.kind_word(id)) + " ")
                << Span{names.object(id), Subject::of_object(id)};
    text << " was created at " + object->site;
    if (object->creator != 0) text << " by " << names.say(object->creator);
    if (const model::Lock* lock = model.locks().find(id); lock != nullptr) {
      // Known at level 3.
      const std::string& place = model.call_sites().text(lock->holder.process, lock->site);
      if (!place.empty()) text << ", and taken at " + place + " by " << names.say(lock->holder);
    }
    finding.details.push_back(text << ".");
  }
  for (const NodeIndex node : deadlock.members) {
    const model::Thread& thread = *graph.nodes[node].row;
    if (!thread.note.empty())
      finding.details.push_back(names.say(thread.key)
                                << " was doing " << quoted(thread.note) << ".");
  }
  std::vector<Text> behind;
  for (const NodeIndex node : deadlock.behind) {
    behind.push_back(who(names, graph, node)
                     << " (" << wait_phrase(names, *graph.nodes[node].row) << ")");
  }
  if (!behind.empty())
    finding.details.push_back(Text("Stuck behind it: ") << join_texts(behind) << ".");
}

bool waits_for_an_end(const model::Thread& thread) {
  return thread.state == wire::ThreadState::Join ||
         std::any_of(thread.awaited.begin(), thread.awaited.end(),
                     [](auto& thing) { return thing.process != 0; });
}

// Whatever it waits for comes over connections.
bool only_talks(const model::Model& model, const model::Thread& thread) {
  const auto objects = thread.waited_for();
  return !waits_for_an_end(thread) && !objects.empty() &&
         std::all_of(objects.begin(), objects.end(), [&](model::ObjectId id) {
           const model::Object* object = model.objects().find(id);
           return object != nullptr && object->kind == wire::ObjectKind::Connection;
         });
}

std::string advice_for(const model::Model& model, const WaitGraph& graph,
                       const Deadlock& deadlock) {
  const auto& members = deadlock.members;
  const bool joins = std::any_of(members.begin(), members.end(), [&](NodeIndex node) {
    return waits_for_an_end(*graph.nodes[node].row);
  });
  const bool is_talk = std::all_of(members.begin(), members.end(), [&](NodeIndex node) {
    return only_talks(model, *graph.nodes[node].row);
  });
  if (is_talk && deadlock.members.size() == 1)
    return "Close the other end where it is not used: then the wait ends with the stream.";
  if (is_talk)
    return "Let one side speak while the other listens: both wait for the other to do something.";
  const bool for_tasks = std::any_of(members.begin(), members.end(), [&](NodeIndex node) {
    const model::Thread& thread = *graph.nodes[node].row;
    return thread.state == wire::ThreadState::Wait && thread.object != 0;
  });
  if (for_tasks) return "Call task_done() once for each item that was taken, also after an error.";
  if (!deadlock.proven)
    return "Make sure that someone always takes, or puts a last item, before waiting for others.";
  if (deadlock.members.size() == 1)
    return "Release the lock before taking it again, or use an RLock.";
  if (joins) return "Release locks before waiting for a process that needs them.";
  return "Take these locks in the same order everywhere.";
}

}  // namespace

std::vector<Deadlock> find_deadlocks(const WaitGraph& graph, std::uint64_t now_ns) {
  std::vector<Deadlock> found;
  const Digraph rest = only_lost(graph, lost_nodes(graph));
  find_circles(graph, now_ns, found);
  find_knots(graph, rest, now_ns, found);
  for (Deadlock& deadlock : found) {
    if (!deadlock.timed) find_behind(rest, deadlock);
  }
  return found;
}

Finding describe(const model::Model& model, const Names& names, const WaitGraph& graph,
                 const Deadlock& deadlock) {
  Finding finding;
  finding.rule = deadlock.timed ? "stall" : "deadlock";
  finding.title = deadlock.timed ? "Stall" : "Deadlock";
  finding.severity = deadlock.timed ? Severity::Warning : Severity::Error;
  finding.confidence = deadlock.proven ? Confidence::Proven : Confidence::Probable;
  finding.since_ns = deadlock.since_ns;
  const std::string lasted = duration_text(model.now_ns() - deadlock.since_ns);

  std::vector<Text> members;
  for (const NodeIndex node : deadlock.members) {
    members.push_back(who(names, graph, node));
    finding.subjects.push_back(Subject::of(graph.nodes[node].thread));
  }
  for (const model::ObjectId id : objects_of(graph, deadlock.members))
    finding.subjects.push_back(Subject::of_object(id));
  const char* word = deadlock.timed ? "stall" : deadlock.proven ? "deadlock" : "probable deadlock";
  finding.headline = Text(std::string(word) + " of ") << join_texts(members, 4) << " for " + lasted;
  finding.sentence = Text(capitalized(word) + " for " + lasted + ": ")
                     << (deadlock.proven ? circle_sentence(names, graph, deadlock.members)
                                         : knot_sentence(names, graph, deadlock.members));
  if (deadlock.timed) finding.sentence << "; only a timeout ends it";
  finding.sentence << ".";
  finding.advice = advice_for(model, graph, deadlock);
  add_details(model, names, graph, deadlock, finding);

  // The same threads may meet again in another deadlock: the moment tells the two apart.
  finding.id = finding_id(finding.rule, finding.subjects, deadlock.since_ns);
  return finding;
}

std::set<model::Puid> lost_processes(const model::Model& model) {
  const WaitGraph graph = build_wait_graph(model);
  std::set<model::Puid> lost;
  for (const Deadlock& deadlock : find_deadlocks(graph, model.now_ns())) {
    if (deadlock.timed) continue;
    for (const auto* nodes : {&deadlock.members, &deadlock.behind}) {
      for (const NodeIndex node : *nodes) lost.insert(graph.nodes[node].thread.process);
    }
  }
  return lost;
}

std::vector<Finding> deadlock_findings(const model::Model& model, const Names& names) {
  const WaitGraph graph = build_wait_graph(model);
  std::vector<Finding> findings;
  for (const Deadlock& deadlock : find_deadlocks(graph, model.now_ns())) {
    findings.push_back(describe(model, names, graph, deadlock));
  }
  return findings;
}

}  // namespace inspector::analysis
