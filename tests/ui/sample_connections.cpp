// The connections of the hand-made scenes: pipes to workers, a socket whose other end nobody
// watches, one to another machine, two listeners; and a conversation over one of them.
#include "sample_parts.hpp"
#include "sample_vms.hpp"

#include <string>
#include <utility>

namespace uitest {

using namespace inspector::present;  // NOLINT(google-build-using-namespace)

namespace {

constexpr int kQuestions = 14;

Chip main_process() { return process_chip(1, "MainProcess", Tone::Idle); }
Chip worker(std::uint64_t number, Tone tone = Tone::Running) {
  return process_chip(number + 2, "worker-" + std::to_string(number), tone);
}

Chip connection_chip(std::uint64_t id, const std::string& name) {
  return {connection(id),
          name,
          Tone::Neutral,
          {"connection " + name, "open", "for 3 min", {"1 204 /s there", "1 198 /s back"}, "", ""}};
}

ListenerRow listener_row(std::uint64_t id, const std::string& name, const std::string& address) {
  ListenerRow one;
  one.listener = {listener(id), name, Tone::Neutral, {"listener " + name, "", "", {}, "", ""}};
  one.process = main_process();
  one.address = address;
  one.accepted = "12";
  one.state = {"listening", Tone::Idle};
  return one;
}

// The number of a message and the moment it is sent.
struct Sending {
  int number = 0;
  float at = 0;
  bool answer = false;
  bool waits = false;
};

void add_message(MessagesVm& messages, const Sending& one) {
  const std::size_t lane = static_cast<std::size_t>(one.number / 2) % messages.consumers.size();
  const Chip& above = messages.producers.front();
  const Chip& below = messages.consumers[lane];
  MessageRow row;
  row.ref = message_ref({1, 400 + static_cast<std::uint64_t>(one.number)});
  row.name = std::to_string(400 + one.number);
  row.put_at = "+190." + std::to_string(100 + 7 * one.number) + " s";
  row.from = one.answer ? below : above;
  row.got_at = one.waits ? "under way" : "+190." + std::to_string(102 + 7 * one.number) + " s";
  if (!one.waits) row.to = one.answer ? above : below;
  row.stayed = one.waits ? "41 ms" : "2 ms";
  row.size = one.answer ? "3.1 kB" : "96 B";
  row.waiting = one.waits;
  MessageArrow arrow;
  arrow.ref = row.ref;
  arrow.from = one.at;
  arrow.to = one.waits ? 1.0F : one.at + 0.014F;
  arrow.from_lane = one.answer ? lane : 0;
  arrow.to_lane = one.answer ? 0 : lane;
  arrow.hue = one.answer ? 0.36F : 0.58F;
  arrow.putter = row.from.ref;
  arrow.getter = row.to.ref;
  arrow.tip.what = "message " + row.name;
  arrow.waiting = one.waits;
  arrow.upward = one.answer;
  messages.rows.insert(messages.rows.begin(), std::move(row));
  messages.arrows.push_back(std::move(arrow));
}

}  // namespace

ConnectionRow connection_row(std::uint64_t id, const std::string& name, const std::string& kind) {
  ConnectionRow one;
  one.connection = connection_chip(id, name);
  one.kind = kind;
  one.from.processes = {main_process()};
  one.to.processes = {worker(1 + id % 6)};
  one.there = std::to_string(310 / id) + " /s";
  one.back = std::to_string(308 / id) + " /s";
  one.bytes = std::to_string(940 / id) + " kB/s";
  one.spark = spark(static_cast<int>(id) + 5, Tone::Info);
  one.messages = "12 00" + std::to_string(id % 10);
  one.under = "0";
  one.state = {"open", Tone::Ok};
  return one;
}

void fill_connections(Vms& vms, bool trouble) {
  ConnectionListVm& list = vms.connections;
  list.summary = trouble ? "5 open \xc2\xb7 1 whose other end is gone \xc2\xb7 2 listeners"
                         : "6 open \xc2\xb7 2 listeners";
  list.rows = {connection_row(1, "requests", "pipe"),   connection_row(2, "results", "pipe"),
               connection_row(3, "to manager", "unix"), connection_row(4, "upload", "inet"),
               connection_row(5, "control 5", "pipe"),  connection_row(6, "control 6", "pipe"),
               connection_row(7, "control 4", "pipe")};
  ConnectionRow& requests = list.rows[0];
  requests.to.processes = {worker(1), worker(2, Tone::Waiting), worker(3, Tone::Waiting)};
  requests.there = "1 204 /s";
  requests.back = "1 198 /s";
  requests.bytes = "4.1 MB/s";
  requests.messages = "212 004";
  requests.under = "3";
  requests.waiting = {worker(2, Tone::Waiting), worker(3, Tone::Waiting)};
  ConnectionRow& results = list.rows[1];
  std::swap(results.from, results.to);
  results.back.clear();
  list.rows[2].to = {{}, "pid 812, not watched"};
  list.rows[2].under.clear();
  list.rows[3].from.processes = {process_chip(9, "collector", Tone::Running)};
  list.rows[3].to = {{}, "10.0.0.7:4000"};
  list.rows[3].under.clear();
  ConnectionRow& closed = list.rows[6];
  closed.there.clear();
  closed.back.clear();
  closed.bytes.clear();
  closed.spark = {};
  closed.under.clear();
  closed.state = {"closed", Tone::Neutral};
  closed.closed = true;
  list.listeners = {listener_row(1, "jobs in", "127.0.0.1:6000"),
                    listener_row(2, "manager", "/run/user/1000/libmp/manager-48211.sock"),
                    listener_row(3, "one caller", "127.0.0.1:6001")};
  list.listeners[0].refused = "3";
  list.listeners[0].state = {"accepting", Tone::Waiting};
  list.listeners[2].accepted = "0";
  list.listeners[2].state = {"closed", Tone::Neutral};
  list.listeners[2].closed = true;
  list.bytes = time_plot("connections/bytes", "Bytes of requests", "per second");
  list.bytes.curves = {curve("there", 0.58F, 0.6F, "3.2 MB/s", 0.15F, false),
                       curve("back", 0.36F, 0.3F, "0.9 MB/s", 0.1F, false)};
  if (!trouble) return;
  ConnectionRow& broken = list.rows[5];
  broken.to.processes = {process_chip(8, "worker-6", Tone::Dead)};
  broken.waiting = {main_process()};
  broken.state = {"other end gone", Tone::Warning};
}

void crowd_connections(Vms& vms, int count) {
  ConnectionListVm& list = vms.connections;
  for (int i = static_cast<int>(list.rows.size()) + 1; i <= count; ++i) {
    const auto id = static_cast<std::uint64_t>(i);
    ConnectionRow one =
        connection_row(id, "org.example.ingest.stage-" + std::to_string(i) + ".control", "unix");
    for (std::uint64_t worker_id = 10; worker_id < 10 + id % 9; ++worker_id)
      one.to.processes.push_back(
          process_chip(worker_id, "image-resize-and-watermark-worker-" + std::to_string(worker_id),
                       Tone::Running));
    one.there = "999 999 k/s";
    one.bytes = "1 023.9 GB/s";
    one.messages = "18 446 744 073 G";
    one.waiting = one.to.processes;
    list.rows.push_back(std::move(one));
  }
  list.summary = std::to_string(count) + " open \xc2\xb7 37 listeners \xc2\xb7 4 112 bytes refused";
  for (std::uint64_t i = 4; i < 40; ++i)
    list.listeners.push_back(
        listener_row(i, "org.example.ingest.listener-" + std::to_string(i),
                     "build-host-17.internal.example.org:" + std::to_string(40'000 + i)));
}

void fill_conversation(Vms& vms) {
  MessagesVm messages;
  messages.channels = {connection_chip(1, "requests"), connection_chip(2, "results")};
  messages.shown = messages.channels.front();
  messages.note = "half took up to 2 ms, 1 % longer than 9 ms";
  messages.window = {0, 2'000'000'000};
  messages.x_ticks = {{0.1F, "190 s"}, {0.5F, "191 s"}, {0.9F, "192 s"}};
  messages.producers = {main_process()};
  messages.consumers = {worker(1), worker(2)};
  messages.between = "under way";
  for (int i = 0; i < kQuestions; ++i) {
    const float asked = 0.02F + 0.068F * static_cast<float>(i) + 0.004F * wave(i, 5, 2);
    const bool last = i + 1 == kQuestions;
    add_message(messages, {2 * i, asked, false, false});
    add_message(messages, {2 * i + 1, asked + 0.03F, true, last});
  }
  add_message(messages, {2 * kQuestions, 0.985F, false, true});
  vms.messages = std::move(messages);
}

Scene conversation() {
  Scene scene = deadlock();
  fill_conversation(scene.vms);
  scene.view.screen = Screen::Connections;
  scene.view.connections_view = ConnectionsView::Messages;
  scene.vms.connections.view = ConnectionsView::Messages;
  scene.view.selection = {};
  return scene;
}

}  // namespace uitest
