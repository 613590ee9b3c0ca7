// The screen of connections, their messages, and what leads there.
#include "inspector/present/scene.hpp"

#include <csignal>

#include <gmock/gmock.h>

namespace inspector::present {
namespace {

using support::EventBuilder;
using Kind = mp::wire::EventKind;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

// A pipe to a worker with a question under way and one that was answered, a socket to a stranger,
// and a listener that has turned somebody away.
struct Talk : Scene {
  EventBuilder::Puid root = builder.root();
  std::pair<EventBuilder::Thing, EventBuilder::Thing> pipe = builder.pipe(root, "a.cpp:1");
  EventBuilder::Thing listener =
      builder.make(root, mp::wire::ObjectKind::Listener, "127.0.0.1:6000");
  EventBuilder::Puid worker = builder.fork(root, "Worker-1");
  EventBuilder::Thing stranger = builder.socket(root);

  Talk() {
    builder.meets(root, stranger, {.pid = 812, .local = "", .remote = "/run/x.sock"});
    builder.add(Kind::AuthFail, root, {.object = listener.number});
    builder.send(root, pipe.first, 64);
    builder.after(3ms).recv(worker, pipe.second, 64);
    builder.after(1ms).send(worker, pipe.second, 8);
    builder.after(2ms).recv(root, pipe.first, 8);
    builder.send(root, pipe.first, 64);
    builder.counters(root, pipe.first,
                     {.in = 2, .out = 1, .in_bytes = 128, .out_bytes = 8, .in_number = 2});
    builder.counters(worker, pipe.second, {.in = 1, .out = 1, .in_bytes = 8, .in_number = 1});
    builder.wait_recv(root, pipe.first);
    builder.after(100ms).tick();
    fold();
    view.screen = Screen::Connections;
  }
  [[nodiscard]] ConnectionListVm list() const { return build_connection_list(model, facts, view); }
  [[nodiscard]] MessagesVm messages() const { return build_messages(model, facts, view); }
  [[nodiscard]] DetailVm detail() const { return build_detail(model, facts, view); }
  [[nodiscard]] static EntityRef ref(EventBuilder::Thing end) {
    return {EntityKind::Pipe, end.number};
  }
};

TEST(ConnectionList, ARowSaysWhoTalksToWhomAndHowMuch) {
  const ConnectionListVm vm = Talk().list();

  ASSERT_EQ(vm.rows.size(), 2u);
  const ConnectionRow& row = vm.rows.at(0);
  EXPECT_EQ(row.kind, "pipe");
  EXPECT_THAT(labels(row.from.processes), ElementsAre("MainProcess"));
  EXPECT_THAT(labels(row.to.processes), ElementsAre("Worker-1"));
  EXPECT_EQ(row.messages, "3");
  EXPECT_EQ(row.under, "1");
  EXPECT_THAT(labels(row.waiting), ElementsAre("MainProcess"));
  EXPECT_EQ(row.state.text, "open");
  EXPECT_NE(row.there, "");
  EXPECT_NE(row.back, "");
  EXPECT_THAT(row.bytes, HasSubstr("B/s"));
}

TEST(ConnectionList, AStrangerIsNamedByWhatIsKnownOfIt) {
  const ConnectionListVm vm = Talk().list();

  const ConnectionRow& row = vm.rows.at(1);
  EXPECT_EQ(row.kind, "unix");
  EXPECT_THAT(row.to.processes, IsEmpty());
  EXPECT_EQ(row.to.words, "pid 812, not watched");
  EXPECT_EQ(row.under, "");
  EXPECT_EQ(row.back, "");
}

TEST(ConnectionList, ListenersSayWhomTheyTurnedAway) {
  const ConnectionListVm vm = Talk().list();

  ASSERT_EQ(vm.listeners.size(), 1u);
  EXPECT_EQ(vm.listeners[0].address, "127.0.0.1:6000");
  EXPECT_EQ(vm.listeners[0].refused, "1");
  EXPECT_EQ(vm.listeners[0].accepted, "0");
  EXPECT_EQ(vm.listeners[0].state.text, "listening");
  EXPECT_EQ(vm.listeners[0].process.label, "MainProcess");
}

TEST(ConnectionList, TheFilterLooksAtBothEnds) {
  Talk scene;
  scene.view.filters[Screen::Connections] = "worker-1";
  EXPECT_EQ(scene.list().rows.size(), 1u);
  scene.view.filters[Screen::Connections] = "812";
  EXPECT_EQ(scene.list().rows.at(0).kind, "unix");
  scene.view.filters[Screen::Connections] = "nobody";
  EXPECT_THAT(scene.list().rows, IsEmpty());
  EXPECT_EQ(scene.list().empty.title, "Nothing matches");
}

TEST(ConnectionList, SortsByWhatStandsInTheColumn) {
  Talk scene;
  scene.view.sorts[Screen::Connections] = {static_cast<int>(ConnectionColumn::Messages), false};
  EXPECT_EQ(scene.list().rows.at(0).kind, "unix");
  scene.view.sorts[Screen::Connections] = {static_cast<int>(ConnectionColumn::Messages), true};
  EXPECT_EQ(scene.list().rows.at(0).kind, "pipe");
}

TEST(ConnectionList, WithoutAnySaysSo) {
  Scene scene;
  scene.builder.root();
  scene.fold();
  EXPECT_EQ(build_connection_list(scene.model, scene.facts, scene.view).empty.title,
            "No connections");
}

TEST(ConnectionMessages, AQuestionGoesDownAndItsAnswerUp) {
  const MessagesVm vm = Talk().messages();

  EXPECT_THAT(labels(vm.producers), ElementsAre("MainProcess"));
  EXPECT_THAT(labels(vm.consumers), ElementsAre("Worker-1"));
  EXPECT_EQ(vm.between, "under way");
  ASSERT_EQ(vm.rows.size(), 3u);
  EXPECT_TRUE(vm.rows[0].waiting);
  EXPECT_EQ(vm.rows[0].got_at, "under way");
  EXPECT_EQ(vm.rows[1].from.label, "Worker-1");
  EXPECT_EQ(vm.rows[1].to.label, "MainProcess");
  EXPECT_EQ(vm.rows[2].from.label, "MainProcess");
  ASSERT_EQ(vm.arrows.size(), 3u);
  // The oldest first.
  EXPECT_FALSE(vm.arrows[0].upward);
  EXPECT_TRUE(vm.arrows[1].upward);
  EXPECT_LT(vm.arrows[0].to, vm.arrows[1].from);
  EXPECT_LT(vm.arrows[1].from, vm.arrows[1].to);
  EXPECT_THAT(vm.arrows[1].tip.state, HasSubstr("sent by Worker-1, received by MainProcess"));
}

TEST(ConnectionMessages, ThoseOfAStrangerCannotBeFollowed) {
  Talk scene;
  scene.view.selection = {Talk::ref(scene.stranger)};
  scene.builder.send(scene.root, scene.stranger);
  scene.builder.counters(scene.root, scene.stranger, {.in = 1, .in_number = 1});
  scene.fold();
  EXPECT_EQ(scene.messages().empty.title, "No message can be followed");
}

TEST(ConnectionMessages, EitherEndChoosesTheConnection) {
  Talk scene;
  scene.view.selection = {Talk::ref(scene.pipe.second)};
  EXPECT_EQ(scene.messages().shown.ref, Talk::ref(scene.pipe.first));
}

TEST(ConnectionMessages, OneSaysWhoSentItAndWhoReceivedIt) {
  Talk scene;
  scene.view.selection = {scene.messages().rows.at(1).ref};

  const DetailVm vm = scene.detail();
  EXPECT_EQ(vm.title.label, "message 1");
  EXPECT_THAT(text_of(vm.state), HasSubstr("Sent on connection Connection-2 by Worker-1, received "
                                           "by MainProcess after 2.0"));
}

TEST(ConnectionDetail, SaysWhoIsAtEachEndAndWhatWentThrough) {
  Talk scene;
  scene.view.selection = {Talk::ref(scene.pipe.second)};

  const DetailVm vm = scene.detail();
  EXPECT_EQ(text_of(vm.state), "MainProcess waits for a message.");
  const auto relation = [&](const std::string& label) -> Strings {
    for (const auto& one : vm.relations) {
      if (one.label == label) return labels(one.chips);
    }
    return {};
  };
  EXPECT_THAT(relation("from"), ElementsAre("MainProcess"));
  EXPECT_THAT(relation("to"), ElementsAre("Worker-1"));
  EXPECT_THAT(relation("other end"), ElementsAre(HasSubstr("Connection-1")));
}

TEST(ConnectionDetail, AListenerSaysWhomItTurnedAway) {
  Talk scene;
  scene.view.selection = {{EntityKind::Object, scene.listener.number}};

  const DetailVm vm = scene.detail();
  EXPECT_EQ(text_of(vm.state), "Open; nobody is in accept().");
  EXPECT_EQ(vm.facts.at(1).label, "turned away");
  EXPECT_EQ(vm.facts.at(1).value, "1");
}

// A checkpoint in a file is anybody's bytes.
TEST(Connections, ABentCheckpointStillMakesAScreenOrIsRefused) {
  Talk scene;
  const std::string bytes = scene.model.serialize();
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::string bent = bytes;
    bent[at] = static_cast<char>(bent[at] ^ (1 << at % 8));
    auto model = model::Model::deserialize(bent);
    if (!model.ok()) continue;
    scene.model = std::move(model).value();
    scene.view.selection = {Talk::ref(scene.pipe.second)};
    Vms vms;
    for (const ConnectionsView view : {ConnectionsView::Table, ConnectionsView::Messages}) {
      scene.view.connections_view = view;
      build_visible(scene.model, scene.facts, {}, scene.view, vms);
    }
    if (!vms.messages.rows.empty()) scene.view.selection = {vms.messages.rows[0].ref};
    EXPECT_NO_THROW((void)scene.detail());
  }
}

TEST(Connections, OpeningOneGoesToTheirScreen) {
  ViewState view;
  apply(Open{{EntityKind::Pipe, 1}}, view, 0);
  EXPECT_EQ(view.screen, Screen::Connections);
}

}  // namespace
}  // namespace inspector::present
