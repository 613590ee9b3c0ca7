#include "model/message_trace.hpp"

#include <algorithm>
#include <bit>

namespace inspector::model {

void MessageTrace::put(std::uint64_t number, const Handling& by, std::uint32_t bytes,
                       std::uint64_t gets) {
  // Few wait: more of them can be followed.
  while (stride_ > 1 && number > gets && number - gets < stride_ / 2 * (kOpen / 4))
    follow_every(stride_ / 2);
  Message* const message = place(number, gets);
  if (message == nullptr) return;
  message->put = by;
  message->bytes = bytes;
  finish_if_whole(*message);
}

void MessageTrace::got(std::uint64_t number, const Handling& by, std::uint32_t bytes,
                       std::uint64_t gets) {
  Message* const message = place(number, gets);
  if (message == nullptr) return;
  message->got = by;
  message->bytes = bytes;
  finish_if_whole(*message);
}

std::vector<Message> MessageTrace::waiting(std::uint64_t gets) const {
  std::vector<Message> all;
  for (const Message& message : open_) {
    if (message.number > gets && message.put.at_ns != 0) all.push_back(message);
  }
  std::sort(all.begin(), all.end(),
            [](const Message& a, const Message& b) { return a.number < b.number; });
  return all;
}

// Where the item is followed; null if it is not. What stands in its way is of an older item: one
// that is still in the queue, then there are too many to follow them all; or one whose other end
// was never seen, because events were lost.
Message* MessageTrace::place(std::uint64_t number, std::uint64_t gets) {
  if (number == 0) return nullptr;
  if (open_.empty()) open_.resize(kOpen);
  for (;;) {
    if (number % stride_ != 0) return nullptr;
    Message& message = open_[number / stride_ % kOpen];
    if (message.number == number) return &message;
    if (message.number > number) return nullptr;
    const bool is_in_queue = message.number > gets && message.put.at_ns != 0;
    if (is_in_queue && stride_ < std::uint64_t{1} << 62) {
      follow_every(stride_ * 2);
      continue;
    }
    message = {.number = number};
    return &message;
  }
}

void MessageTrace::follow_every(std::uint64_t stride) {
  std::vector<Message> old(kOpen);
  old.swap(open_);
  stride_ = stride;
  for (const Message& message : old) {
    if (message.number == 0 || message.number % stride_ != 0) continue;
    Message& place = open_[message.number / stride_ % kOpen];
    if (place.number < message.number) place = message;
  }
}

void MessageTrace::finish_if_whole(Message& message) {
  if (message.put.at_ns == 0 || message.got.at_ns == 0) return;
  recent_.add(message);
  SojournBucket bucket{message.got.at_ns, {}};
  bucket.sojourns.add(message.sojourn_ns(), stride_);
  sojourns_.add(std::move(bucket));
  message = {};
}

bool MessageTrace::sound() const noexcept {
  if (!std::has_single_bit(stride_)) return false;
  if (!open_.empty() && open_.size() != kOpen) return false;
  for (std::size_t i = 0; i < open_.size(); ++i) {
    const std::uint64_t number = open_[i].number;
    if (number != 0 && (number % stride_ != 0 || number / stride_ % kOpen != i)) return false;
  }
  return true;
}

}  // namespace inspector::model
