// The messages of the hand-made scenes: two scanners put, three workers take.
#include "sample_parts.hpp"

#include <string>

namespace uitest {

using namespace inspector::present;

namespace {

constexpr int kTaken = 60;

Chip putter(int i) { return process_chip(2, "scanner", i % 3 == 0 ? Tone::Waiting : Tone::Ok); }
Chip getter(int i) {
  const auto number = static_cast<std::uint64_t>(3 + i % 3);
  return process_chip(number, "worker-" + std::to_string(number - 2), Tone::Ok);
}

}  // namespace

void fill_messages(Vms& vms, bool trouble) {
  MessagesVm& messages = vms.messages;
  messages.channels = {queue_chip(1, "jobs", trouble ? Tone::Warning : Tone::Ok),
                     queue_chip(2, "results")};
  messages.shown = messages.channels.front();
  messages.note = "half stayed up to 12 ms, 1 % longer than 80 ms";
  messages.between = "in the queue";
  messages.window = {0, 2'000'000'000};
  messages.x_ticks = {{0.1F, "190 s"}, {0.5F, "191 s"}, {0.9F, "192 s"}};
  messages.producers = {putter(1)};
  messages.consumers = {getter(0), getter(1), getter(2)};
  const int waiting = trouble ? 12 : 3;
  for (int i = kTaken + waiting; i-- > 0;) {
    const bool waits = i >= kTaken;
    const float put = 0.02F + 0.9F * static_cast<float>(i) / (kTaken + static_cast<float>(waiting));
    const float stay = 0.03F + 0.02F * wave(i, 23, 3) + (trouble ? 0.05F : 0.0F);
    MessageRow row;
    row.ref = message_ref({1, 8'752 + static_cast<std::uint64_t>(i)});
    row.name = "8 " + std::to_string(752 + i);
    row.put_at = "+190." + std::to_string(100 + i) + " s";
    row.from = putter(1);
    row.got_at = waits ? "in the queue" : "+190." + std::to_string(140 + i) + " s";
    if (!waits) row.to = getter(i);
    row.stayed = std::to_string(10 + i % 7) + " ms";
    row.size = "1.2 kB";
    row.waiting = waits;
    MessageArrow arrow;
    arrow.ref = row.ref;
    arrow.from = put;
    arrow.to = waits ? 1.0F : put + stay;
    arrow.to_lane = static_cast<std::size_t>(i % 3);
    arrow.hue = 0.58F;
    arrow.waiting = waits;
    arrow.putter = row.from.ref;
    arrow.getter = row.to.ref;
    arrow.tip.what = "item " + row.name;
    messages.rows.push_back(std::move(row));
    messages.arrows.push_back(std::move(arrow));
  }
}

}  // namespace uitest
