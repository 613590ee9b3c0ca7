#include "analysis/connections.hpp"

#include <algorithm>

namespace inspector::analysis {
namespace {

using model::ConnectionEnd;

const model::Object* object_of(const model::Model& model, model::ObjectId id) {
  const model::Object* object = model.objects().find(id);
  return object == nullptr || object->merged_into != 0 || !object->declared ? nullptr : object;
}

bool lives(const model::Model& model, model::Puid puid) {
  const model::Process* process = model.processes().find(puid);
  return process != nullptr && !process->dead();
}

bool is_open(const model::Model& model, const model::Object& end) {
  return std::any_of(end.users.begin(), end.users.end(), [&](const auto& user) {
    return user.second.open() && lives(model, user.first);
  });
}

bool waits_on(const model::Model& model, model::Puid puid, model::ObjectId end) {
  const auto threads = model.threads().waiting_on(end);
  return std::any_of(threads.begin(), threads.end(),
                     [puid](auto* thread) { return thread->key.process == puid; });
}

// Forked children inherit every end; those that speak or listen are the ones to name, else those
// that could, else those that had it.
std::vector<model::Puid> users_of(const model::Model& model, const model::Object& end) {
  const ConnectionEnd& row = *model.connections().find(end.id);
  std::vector<model::Puid> active;
  std::vector<model::Puid> able;
  std::vector<model::Puid> any;
  for (const auto& [puid, user] : end.users) {
    if (user.counters.in + user.counters.out > 0 || puid == row.last_sender ||
        puid == row.last_receiver || puid == row.last_waiter || waits_on(model, puid, end.id))
      active.push_back(puid);
    any.push_back(puid);
    if (user.open() && lives(model, puid)) able.push_back(puid);
  }
  if (active.empty()) active = std::move(able);
  if (active.empty()) active = std::move(any);
  std::sort(active.begin(), active.end(), [&](model::Puid a, model::Puid b) {
    const auto serial = [&](model::Puid puid) {
      const model::Process* process = model.processes().find(puid);
      return process == nullptr ? 0U : process->serial;
    };
    return serial(a) < serial(b);
  });
  return active;
}

struct Rates {
  double sent = 0;
  double received = 0;
  double sent_bytes = 0;
  double received_bytes = 0;
};

Rates rates_of(const ConnectionEnd& end, const Stretch& stretch) {
  const auto buckets = end.series.touching(stretch.begin_ns, stretch.end_ns);
  if (buckets.empty()) return {};
  model::StreamBucket sum;
  for (const model::StreamBucket& bucket : buckets) sum.merge(bucket);
  const double per_second =
      1e9 / static_cast<double>(counted_ns(stretch, buckets.front().begin_ns));
  return {static_cast<double>(sum.sent) * per_second,
          static_cast<double>(sum.received) * per_second,
          static_cast<double>(sum.sent_bytes) * per_second,
          static_cast<double>(sum.received_bytes) * per_second};
}

// Messages counted by numbers where they tell, else by the sums of all users.
Way way_out_of(const model::Model& model, const ConnectionEnd& end, const model::Object& object,
               const Stretch& stretch) {
  const Rates rates = rates_of(end, stretch);
  const wire::ObjectCounters totals = object.totals();
  Way way;
  way.messages = end.shared ? totals.in : std::max(totals.in, end.sent);
  way.bytes = std::max(totals.in_bytes, end.sent_bytes);
  way.messages_per_s = rates.sent;
  way.bytes_per_s = rates.sent_bytes;
  way.under_way = model.connections().under_way(end);
  way.sojourn = sojourn_of(end.trace, stretch);
  return way;
}

// Of an end whose sender is not watched.
Way way_into(const ConnectionEnd& end, const model::Object& object, const Stretch& stretch) {
  const Rates rates = rates_of(end, stretch);
  const wire::ObjectCounters totals = object.totals();
  Way way;
  way.messages = end.shared ? totals.out : std::max(totals.out, end.received);
  way.bytes = std::max(totals.out_bytes, end.received_bytes);
  way.messages_per_s = rates.received;
  way.bytes_per_s = rates.received_bytes;
  return way;
}

bool names_a_host(const std::string& name) {
  return !name.empty() && name.front() != '/' && name.front() != '@';
}

LinkKind kind_of(const ConnectionEnd& end, const ConnectionEnd* other) {
  const auto has_met = [](const ConnectionEnd& one) {
    return one.peer_pid != 0 || !one.local.empty() || !one.remote.empty();
  };
  if (names_a_host(end.local) || names_a_host(end.remote)) return LinkKind::Inet;
  return has_met(end) || (other != nullptr && has_met(*other)) ? LinkKind::Unix : LinkKind::Pipe;
}

bool comes_first(const ConnectionEnd& one, const ConnectionEnd& other) {
  if ((one.listener == 0) != (other.listener == 0)) return one.listener == 0;
  if ((one.sent == 0) != (other.sent == 0)) return one.sent != 0;
  return one.object < other.object;
}

void add_waiters(const model::Model& model, model::ObjectId end, Link& link) {
  for (const model::Thread* thread : model.threads().waiting_on(end))
    (thread->state == wire::ThreadState::ConnectionSend ? link.senders : link.receivers)
        .push_back(thread->key);
}

LinkState state_of(const model::Model& model, const model::Object& first,
                   const model::Object* second) {
  const bool first_open = is_open(model, first);
  const bool second_open = second == nullptr ? first_open && !first.eof : is_open(model, *second);
  if (first_open && second_open) return LinkState::Open;
  return first_open || second_open ? LinkState::OtherEndGone : LinkState::Closed;
}

// Empty for an end that was used, but never declared; such an other end counts as not known.
std::optional<Link> make_link(const model::Model& model, const ConnectionEnd& one,
                              const Stretch& stretch) {
  if (object_of(model, one.object) == nullptr) return std::nullopt;
  const ConnectionEnd* first = &one;
  const ConnectionEnd* second = model.connections().find(one.other);
  if (second != nullptr && object_of(model, second->object) == nullptr) second = nullptr;
  if (second != nullptr && !comes_first(*first, *second)) std::swap(first, second);
  const model::Object* first_object = object_of(model, first->object);
  Link link;
  link.first = first->object;
  link.kind = kind_of(*first, second);
  link.first_users = users_of(model, *first_object);
  link.there = way_out_of(model, *first, *first_object, stretch);
  link.wrong_keys = first_object->auth_failures;
  add_waiters(model, first->object, link);
  const model::Object* second_object = nullptr;
  if (second != nullptr) {
    second_object = object_of(model, second->object);
    link.second = second->object;
    link.second_users = users_of(model, *second_object);
    link.back = way_out_of(model, *second, *second_object, stretch);
    link.wrong_keys += second_object->auth_failures;
    add_waiters(model, second->object, link);
  } else {
    link.back = way_into(*first, *first_object, stretch);
  }
  link.state = state_of(model, *first_object, second_object);
  return link;
}

}  // namespace

std::vector<Link> links(const model::Model& model, const Stretch& stretch) {
  std::vector<Link> all;
  for (const auto& [id, end] : model.connections().rows()) {
    const auto link = make_link(model, end, stretch);
    // Each once: at its first end.
    if (link && link->first == id) all.push_back(*link);
  }
  return all;
}

std::optional<Link> link_of(const model::Model& model, model::ObjectId end,
                            const Stretch& stretch) {
  const ConnectionEnd* row = model.connections().find(end);
  return row == nullptr ? std::nullopt : make_link(model, *row, stretch);
}

std::string_view link_kind_word(LinkKind kind) {
  switch (kind) {
    case LinkKind::Pipe:
      return "pipe";
    case LinkKind::Unix:
      return "unix";
    case LinkKind::Inet:
      return "inet";
  }
  return "";
}

std::string_view link_state_words(const Link& link) {
  if (link.wrong_keys > 0) return "wrong key";
  if (!link.senders.empty()) return "send blocked";
  switch (link.state) {
    case LinkState::Open:
      return "open";
    case LinkState::OtherEndGone:
      return "other end gone";
    case LinkState::Closed:
      break;
  }
  return "closed";
}

std::string stranger_words(const model::Model& model, const Names& names, const Link& link,
                           bool first) {
  const ConnectionEnd* known = model.connections().find(link.first);
  if (first || link.second != 0 || known == nullptr) return "not known";
  if (known->peer_pid == 0) return known->remote.empty() ? "not known" : known->remote;
  const auto& rows = model.processes().rows();
  const auto at = std::find_if(rows.begin(), rows.end(), [known](const auto& row) {
    return row.second.pid == known->peer_pid;
  });
  // Its process is watched, the end is not: it speaks through something else than libmp.
  if (at != rows.end()) return names.process(at->first) + ", not through libmp";
  return "pid " + std::to_string(known->peer_pid) + ", not watched";
}

std::vector<ListenerLook> listeners(const model::Model& model) {
  std::vector<ListenerLook> all;
  for (const auto& [id, listening] : model.connections().listeners()) {
    const model::Object* object = object_of(model, id);
    if (object == nullptr) continue;
    ListenerLook look;
    look.listener = id;
    look.owner = object->creator;
    look.accepted = listening.accepted;
    look.refused = object->auth_failures;
    look.is_open = is_open(model, *object);
    for (const model::Thread* thread : model.threads().waiting_on(id))
      look.acceptors.push_back(thread->key);
    all.push_back(std::move(look));
  }
  return all;
}

}  // namespace inspector::analysis
