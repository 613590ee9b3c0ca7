// The Connections screen: the table, the listeners, and the messages of one connection.
#include "harness.hpp"
#include "sample_parts.hpp"

#include <utility>

#include <gtest/gtest.h>

namespace uitest {
namespace {

using namespace inspector::present;  // NOLINT(google-build-using-namespace)

Scene on_connections(Scene scene = deadlock()) {
  scene.view.screen = Screen::Connections;
  scene.view.selection = {};
  return scene;
}

// A place on an arrow of a picture with these lanes, a share of the way from its beginning.
ImVec2 place_on(const Harness& window, const std::string& above, const std::string& below,
                const MessageArrow& arrow, float share) {
  const auto& registry = window.ui.registry();
  const auto* area = registry.find("connections/messages/arrows");
  const auto* upper = registry.find("connections/messages/from/" + above);
  const auto* lower = registry.find("connections/messages/to/" + below);
  if (area == nullptr || upper == nullptr || lower == nullptr) return {-1, -1};
  const float begin = arrow.upward ? lower->center().y : upper->center().y;
  const float end = arrow.upward ? upper->center().y : lower->center().y;
  const float at = arrow.from + (arrow.to - arrow.from) * share;
  return {area->low.x + at * (area->high.x - area->low.x), begin + (end - begin) * share};
}

void click_at(Harness& window, ImVec2 at) {
  window.point(at, false);
  window.frames(2);
  window.point(at, true);
  window.frames();
  window.point(at, false);
  window.frames(2);
}

// One arrow from early to late: what goes up and what goes down are far from each other.
Scene one_arrow(bool upward) {
  Scene scene = conversation();
  MessagesVm& messages = scene.vms.messages;
  messages.consumers.resize(1);
  MessageArrow arrow = messages.arrows[upward ? 1 : 0];
  arrow.from = 0.2F;
  arrow.to = 0.8F;
  messages.arrows = {arrow};
  return scene;
}

TEST(Connections, ShowBothEndsRatesAndState) {
  Scene scene = on_connections();
  scene.view.detail_open = false;
  Harness window(std::move(scene), 1440, 900);

  EXPECT_EQ(window.text("connections/requests/kind"), "pipe");
  EXPECT_EQ(window.text("connections/requests/from/MainProcess"), "MainProcess");
  EXPECT_EQ(window.text("connections/results/to/MainProcess"), "MainProcess");
  EXPECT_EQ(window.text("connections/requests/there"), "1 204 /s");
  EXPECT_EQ(window.text("connections/requests/back"), "1 198 /s");
  EXPECT_EQ(window.text("connections/requests/bytes"), "4.1 MB/s");
  EXPECT_EQ(window.text("connections/requests/messages"), "212 004");
  EXPECT_EQ(window.text("connections/requests/under way"), "3");
  EXPECT_EQ(window.text("connections/requests/waiting/worker-2"), "worker-2");
  EXPECT_EQ(window.text("connections/requests/state"), "open");
  EXPECT_EQ(window.text("connections/control 6/state"), "other end gone");
  EXPECT_FALSE(window.has("connections/results/back")) << "it goes one way only";
}

TEST(Connections, AnEndThatIsNoProcessOfOursIsSaidInWords) {
  Harness window(on_connections());

  EXPECT_EQ(window.text("connections/to manager/to"), "pid 812, not watched");
  EXPECT_EQ(window.text("connections/upload/to"), "10.0.0.7:4000");
}

TEST(Connections, AClickSelectsAndAHeadingSorts) {
  Harness window(on_connections());

  window.click("connections/upload/state");
  EXPECT_EQ(window.scene.view.focus(), connection(4));
  window.click("connections/upload/from/collector");
  EXPECT_EQ(window.scene.view.focus(), process(9));
  window.click("connections/sort/there");
  EXPECT_EQ(window.scene.view.sort(Screen::Connections),
            (Sort{static_cast<int>(ConnectionColumn::There), true}));
}

TEST(Connections, TheArrowKeysGoOnIntoTheListeners) {
  Scene scene = on_connections();
  scene.view.selection = {connection(6)};
  Harness window(std::move(scene));

  window.key("DownArrow");
  EXPECT_EQ(window.scene.view.focus(), connection(7));
  window.key("DownArrow");
  EXPECT_EQ(window.scene.view.focus(), listener(1));
}

TEST(Connections, TypingIntoTheFieldFilters) {
  Harness window(on_connections());

  window.click("connections/filter");
  window.type("work 7");

  EXPECT_EQ(window.scene.view.filter(Screen::Connections), "work 7");
}

TEST(Connections, TheKeyGoesThereAndGChangesTheView) {
  Scene scene = deadlock();
  scene.view.screen = Screen::Overview;
  Harness window(std::move(scene));

  window.key("7");
  EXPECT_EQ(window.scene.view.screen, Screen::Connections);
  for (const ConnectionsView shown : {ConnectionsView::Table, ConnectionsView::Messages}) {
    window.scene.view.connections_view = shown;
    window.forget();
    window.key("g");
    ASSERT_NE(window.sent<SetConnectionsView>(), nullptr);
    EXPECT_NE(window.sent<SetConnectionsView>()->view, shown);
  }
  EXPECT_EQ(window.sent<SetLocksView>(), nullptr);
  EXPECT_EQ(window.scene.view.screen, Screen::Connections);
}

TEST(Connections, TheChoiceOfViewsStandsInTheHead) {
  Harness window(on_connections());

  window.click("connections/view/Messages");

  ASSERT_NE(window.sent<SetConnectionsView>(), nullptr);
  EXPECT_EQ(window.sent<SetConnectionsView>()->view, ConnectionsView::Messages);
}

TEST(Connections, InANarrowWindowTheEndsAndTheStateStay) {
  Scene scene = on_connections();
  scene.view.selection = {connection(1)};
  Harness window(std::move(scene), 1000, 700);

  EXPECT_TRUE(window.has("region/detail"));
  for (const char* column : {"connection", "from", "to", "state"})
    EXPECT_TRUE(window.has(std::string("connections/sort/") + column)) << column;
  for (const char* column : {"messages", "trend", "under way", "waiting"})
    EXPECT_FALSE(window.has(std::string("connections/sort/") + column)) << column;
}

TEST(Connections, WithoutTheDetailPanelANarrowWindowShowsTheRates) {
  Harness window(on_connections(), 1000, 700);

  for (const char* column : {"there", "back", "waiting"})
    EXPECT_TRUE(window.has(std::string("connections/sort/") + column)) << column;
  EXPECT_FALSE(window.has("connections/sort/messages"));
}

TEST(Connections, ManyRowsDrawOnlyWhatIsInSight) {
  Harness window(on_connections(crowded()));

  EXPECT_TRUE(window.has("connections/requests"));
  EXPECT_FALSE(window.has("connections/org.example.ingest.stage-300.control"));
  window.wheel("connections/requests", -5000);
  EXPECT_TRUE(window.has("connections/org.example.ingest.stage-500.control"));
}

TEST(Connections, ADragOnThePlotOfTheBytesChoosesARange) {
  Harness window(on_connections(), 1280, 900);

  window.drag("connections/bytes", 0.25F, 0.75F);

  ASSERT_TRUE(window.scene.view.range.has_value());
  EXPECT_NEAR(static_cast<double>(window.scene.view.range->begin), 48e9, 2e9);
}

TEST(Listeners, StandUnderTheConnections) {
  Harness window(on_connections());

  const std::string jobs = "connections/listeners/jobs in";
  EXPECT_EQ(window.text(jobs + "/address"), "127.0.0.1:6000");
  EXPECT_EQ(window.text(jobs + "/process"), "MainProcess");
  EXPECT_EQ(window.text(jobs + "/accepted"), "12");
  EXPECT_EQ(window.text(jobs + "/refused"), "3");
  EXPECT_EQ(window.text(jobs + "/state"), "accepting");
  EXPECT_FALSE(window.has("connections/listeners/manager/refused"));
  window.click(jobs + "/address");
  EXPECT_EQ(window.scene.view.focus(), listener(1));
}

TEST(Listeners, HaveTheRoomOfAPlotThatWouldBeTooLow) {
  for (const float height : {600.0F, 700.0F, 800.0F, 1000.0F}) {
    Harness window(on_connections(crowded()), 1280, height);
    const auto& registry = window.ui.registry();
    const auto* main = registry.find("region/main");
    const auto* card = registry.find("connections/bytes_card");

    ASSERT_NE(main, nullptr);
    EXPECT_EQ(card != nullptr, height >= 800) << height;
    EXPECT_TRUE(window.has("connections/listeners/jobs in")) << height;
    const auto* splitter = registry.find("connections/splitter");
    ASSERT_NE(splitter, nullptr);
    EXPECT_NEAR(splitter->high.x, main->high.x - 20, 1)
        << "no bar to scroll the screen: " << height;
    if (card == nullptr) continue;
    EXPECT_LE(card->high.y, main->high.y) << height;
    EXPECT_GE(card->high.y - card->low.y, 110) << height;
  }
}

TEST(Connections, HaveTheRoomThatThePlotLeaves) {
  Harness window(on_connections(), 1000, 700);

  EXPECT_FALSE(window.has("connections/bytes_card"));
  EXPECT_TRUE(window.has("connections/control 4/state")) << "the last row, without scrolling";
  EXPECT_TRUE(window.has("connections/listeners/manager/state"));
}

TEST(Listeners, AreShownBeforeAnybodyHasConnected) {
  Scene scene = on_connections();
  scene.vms.connections.rows.clear();
  scene.vms.connections.empty = {"No connections yet", "Nobody has called."};
  Harness window(std::move(scene));

  EXPECT_EQ(window.text("connections/listeners/jobs in/state"), "accepting");
  EXPECT_EQ(window.text("connections/empty/title"), "No connections yet");
  EXPECT_FALSE(window.has("connections/bytes"));
}

TEST(Connections, WithoutAnyTheScreenSaysWhatWouldBeHere) {
  Harness window(on_connections(waiting_for_it()));

  EXPECT_EQ(window.text("connections/empty/title"), "No connections");
  EXPECT_FALSE(window.has("connections/sort/connection"));
}

TEST(Conversation, ListsWhatWasSentAndWhatIsStillUnderWay) {
  Harness window(conversation());

  const MessageRow& newest = window.scene.vms.messages.rows.front();
  EXPECT_EQ(window.text("connections/messages/" + newest.name + "/received"), "under way");
  EXPECT_TRUE(window.has("connections/messages/from/MainProcess"));
  EXPECT_TRUE(window.has("connections/messages/to/worker-1"));
  window.click("connections/messages/" + newest.name + "/took");
  EXPECT_EQ(window.scene.view.focus(), newest.ref);
}

TEST(Conversation, AnArrowIsHitWhereItIsDrawnInEitherDirection) {
  for (const bool upward : {false, true}) {
    for (const float share : {0.2F, 0.85F}) {
      Harness window(one_arrow(upward));
      const MessageArrow arrow = window.scene.vms.messages.arrows.front();
      ASSERT_EQ(arrow.upward, upward);

      click_at(window, place_on(window, "MainProcess", "worker-1", arrow, share));

      EXPECT_EQ(window.scene.view.focus(), arrow.ref) << "upward " << upward << ", at " << share;
    }
  }
}

TEST(Conversation, AnAnswerUnderWayHangsNearerToWhoSentIt) {
  for (const float share : {0.15F, 0.5F}) {
    Scene scene = one_arrow(true);
    MessageArrow& arrow = scene.vms.messages.arrows.front();
    arrow.waiting = true;
    arrow.to = arrow.from;
    Harness window(std::move(scene));

    click_at(window, place_on(window, "MainProcess", "worker-1",
                              window.scene.vms.messages.arrows.front(), share));

    const bool near = share < 0.3F;
    EXPECT_EQ(window.scene.view.focus(),
              near ? window.scene.vms.messages.arrows.front().ref : EntityRef{});
  }
}

}  // namespace
}  // namespace uitest
