#include "serial/pickler.hpp"

#include "serial/dict.hpp"
#include "serial/pickle.hpp"
#include <libmp/exceptions.hpp>

#include <bit>
#include <cstring>

namespace mp::serial {
namespace {

// CPython's constants; the bytes must be the same.
constexpr std::size_t kFrameHeader = 9;
constexpr std::size_t kFrameMin = 4;
constexpr std::size_t kFrameTarget = 64 * 1024;

static_assert(std::endian::native == std::endian::little, "numbers are copied as they lie");

std::size_t slot_hash(const detail::Block* block) noexcept {
  constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15U;
  return static_cast<std::size_t>((reinterpret_cast<std::uintptr_t>(block) * kGolden) >> 20U);
}

}  // namespace

std::uint32_t PickleMemo::add(const detail::Block* block, bool shared) {
  const std::uint32_t number = next_++;
  if (!shared) return number;
  if ((used_ + 1) * 2 > slots_.size()) grow();
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = slot_hash(block) & mask;
  while (slots_[at].block != nullptr) at = (at + 1) & mask;
  slots_[at] = {block, number};
  ++used_;
  return number;
}

std::int64_t PickleMemo::find(const detail::Block* block) const noexcept {
  if (slots_.empty()) return -1;
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = slot_hash(block) & mask; slots_[at].block != nullptr;
       at = (at + 1) & mask) {
    if (slots_[at].block == block) return slots_[at].number;
  }
  return -1;
}

void PickleMemo::grow() {
  constexpr std::size_t kFirst = 64;
  const std::vector<Slot> old =
      std::exchange(slots_, std::vector<Slot>(slots_.empty() ? kFirst : slots_.size() * 2));
  const std::size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.block == nullptr) continue;
    std::size_t at = slot_hash(slot.block) & mask;
    while (slots_[at].block != nullptr) at = (at + 1) & mask;
    slots_[at] = slot;
  }
}

// Takes the buffer's spare room, so that writing is nothing but moving a pointer.
void Pickler::claim(std::size_t count) {
  const std::size_t used = position();
  out_.truncate(used);
  out_.reserve(used + count);
  (void)out_.extend(out_.capacity() - used);
  at_ = out_.data() + used;
  end_ = out_.data() + out_.size();
}

// The end of the room, or the first byte of a frame: both show as "no room left".
std::byte* Pickler::room_slowly(std::size_t count) {
  const bool opens_frame = framing_ && frame_at_ == kNoFrame;
  const std::size_t wanted = count + (opens_frame ? kFrameHeader : 0);
  if (wanted > static_cast<std::size_t>(end_ - at_)) claim(wanted);
  if (opens_frame) {
    frame_at_ = position();
    at_ += kFrameHeader;
  }
  limit_ = end_;
  std::byte* room = at_;
  at_ += count;
  return room;
}

void Pickler::close_frame() {
  if (frame_at_ == kNoFrame) return;
  const std::size_t length = position() - frame_at_ - kFrameHeader;
  std::byte* header = out_.data() + frame_at_;
  if (length >= kFrameMin) {
    const std::uint64_t wide = length;
    *header = static_cast<std::byte>(Opcode::Frame);
    std::memcpy(header + 1, &wide, sizeof wide);
  } else {
    std::memmove(header, header + kFrameHeader, length);
    at_ -= kFrameHeader;
  }
  frame_at_ = kNoFrame;
  limit_ = at_;
}

void Pickler::end_frame_if_long() {
  if (frame_at_ != kNoFrame && position() - frame_at_ - kFrameHeader >= kFrameTarget) {
    close_frame();
  }
}

void Pickler::begin() {
  constexpr std::size_t kFirstRoom = 64;
  claim(kFirstRoom);
  limit_ = end_;
  if (protocol_ >= 2) put(Opcode::Proto, static_cast<std::uint8_t>(protocol_));
  if (old_) return;
  framing_ = true;
  limit_ = at_;
}

void Pickler::end() {
  put(Opcode::Stop);
  close_frame();
  out_.truncate(position());
}

void Pickler::put_value(Opcode opcode) {
  end_frame_if_long();
  put(opcode);
}

void Pickler::put_int(std::int64_t value) {
  end_frame_if_long();
  save_int(value);
}

void Pickler::put_float(double value) {
  end_frame_if_long();
  save_float(value);
}

void Pickler::put_str(std::string_view text) {
  end_frame_if_long();
  save_raw(text, Opcode::ShortBinUnicode, Opcode::BinUnicode, Opcode::BinUnicode8);
  memoize(nullptr);
}

void Pickler::put_bytes(std::string_view bytes) {
  end_frame_if_long();
  save_raw(bytes, Opcode::ShortBinBytes, Opcode::BinBytes, Opcode::BinBytes8);
  memoize(nullptr);
}

void Pickler::put_new(Opcode opcode) {
  end_frame_if_long();
  put_made(opcode);
}

void Pickler::put_made(Opcode opcode) {
  put(opcode);
  memoize(nullptr);
}

Result<void> Pickler::dump(const Object& object) {
  begin();
  if (!save(object)) {
    return Failure{FailureCode::TooLarge, std::string(failure_), {}};
  }
  end();
  return {};
}

bool Pickler::fail(std::string_view why) {
  failure_ = why;
  return false;
}

bool Pickler::save(const Object& object) {
  if (old_) return save_old(object);
  end_frame_if_long();
  switch (ObjectAccess::tag(object)) {
    case Tag::None:
      put(Opcode::None);
      return true;
    case Tag::Bool:
      put(ObjectAccess::integer(object) != 0 ? Opcode::NewTrue : Opcode::NewFalse);
      return true;
    case Tag::Int:
      save_int(ObjectAccess::integer(object));
      return true;
    case Tag::Float:
      save_float(ObjectAccess::real(object));
      return true;
    case Tag::BigInt:
      return save_big_int(object);
    default:
      return save_shared(object, ObjectAccess::block(object));
  }
}

// What has an identity: the second time it is only referred to.
bool Pickler::save_shared(const Object& object, detail::Block* block) {
  if (is_shared(block)) {
    const std::int64_t number = memo_.find(block);
    if (number >= 0) {
      fetch(number);
      return true;
    }
  }
  const Tag tag = ObjectAccess::tag(object);
  if (tag == Tag::Str) {
    save_raw(ObjectAccess::raw(object).view(), Opcode::ShortBinUnicode, Opcode::BinUnicode,
             Opcode::BinUnicode8);
    memoize(block);
    return true;
  }
  if (tag == Tag::Bytes) {
    save_raw(ObjectAccess::raw(object).view(), Opcode::ShortBinBytes, Opcode::BinBytes,
             Opcode::BinBytes8);
    memoize(block);
    return true;
  }
  if (!is_container(tag)) return save_rare(object);
  static_assert(kMaxDepth == 1000);
  if (depth_ == kMaxDepth) return fail("nested deeper than 1000");
  ++depth_;
  const bool ok = save_container(object);
  --depth_;
  return ok;
}

inline bool Pickler::save_container(const Object& object) {
  switch (ObjectAccess::tag(object)) {
    case Tag::List:
      return save_list(ObjectAccess::list(object), ObjectAccess::block(object));
    case Tag::Tuple:
      return save_tuple(ObjectAccess::items(object), ObjectAccess::block(object));
    case Tag::Dict:
      return save_dict(object);
    default:
      return save_rare(object);
  }
}

void Pickler::save_int(std::int64_t value) {
  if (value >= 0 && value <= 0xff) {
    put(Opcode::BinInt1, static_cast<std::uint8_t>(value));
  } else if (value >= 0 && value <= 0xffff) {
    put(Opcode::BinInt2, static_cast<std::uint16_t>(value));
  } else if (value == static_cast<std::int32_t>(value)) {
    put(Opcode::BinInt, static_cast<std::int32_t>(value));
  } else {
    // As many bytes as the value and its sign bit need.
    const auto bits = static_cast<std::uint64_t>(value < 0 ? ~value : value);
    const auto size = static_cast<std::size_t>(std::bit_width(bits)) / 8 + 1;
    std::byte* at = room(2 + size);
    at[0] = static_cast<std::byte>(Opcode::Long1);
    at[1] = static_cast<std::byte>(size);
    std::memcpy(at + 2, &value, size);
  }
}

bool Pickler::save_big_int(const Object& object) {
  const std::string_view value = ObjectAccess::raw(object).view();
  if (value.size() <= 0xff) {
    put(Opcode::Long1, static_cast<std::uint8_t>(value.size()));
  } else {
    // LONG4 counts in 31 bits; an int beyond 2 GiB cannot be written by CPython either.
    if (value.size() > 0x7fffffff) return fail("an int of more than 2 GiB");
    put(Opcode::Long4, static_cast<std::uint32_t>(value.size()));
  }
  std::memcpy(room(value.size()), value.data(), value.size());
  return true;
}

void Pickler::save_float(double value) {
  put(Opcode::BinFloat, __builtin_bswap64(std::bit_cast<std::uint64_t>(value)));
}

// A str or bytes of the frame size and more stands outside of any frame.
void Pickler::save_raw(std::string_view data, Opcode short_form, Opcode form32, Opcode form64) {
  const bool alone = data.size() >= kFrameTarget;
  if (alone) {
    close_frame();
    framing_ = false;
    limit_ = end_;
  }
  if (short_form == form64) {  // has no others
    put(form64, static_cast<std::uint64_t>(data.size()));
  } else if (data.size() <= 0xff) {
    put(short_form, static_cast<std::uint8_t>(data.size()));
  } else if (data.size() <= 0xffffffff) {
    put(form32, static_cast<std::uint32_t>(data.size()));
  } else {
    put(form64, static_cast<std::uint64_t>(data.size()));
  }
  if (!data.empty()) std::memcpy(room(data.size()), data.data(), data.size());
  if (alone) {
    framing_ = true;
    limit_ = at_;
  }
}

bool Pickler::save_list(std::span<const Object> items, const detail::Block* block) {
  put(Opcode::EmptyList);
  memoize(block);
  if (items.size() == 1) {
    if (!save(items[0])) return false;
    put(Opcode::Append);
    return true;
  }
  for (std::size_t done = 0; done < items.size();) {
    put(Opcode::Mark);
    const std::size_t end = std::min(done + kBatch, items.size());
    for (; done < end; ++done) {
      if (!save(items[done])) return false;
    }
    put(Opcode::Appends);
  }
  return true;
}

bool Pickler::save_tuple(std::span<const Object> items, const detail::Block* block) {
  if (protocol_ < 2) return save_marked_tuple(items, block);
  if (items.empty()) {
    put(Opcode::EmptyTuple);
    return true;
  }
  if (items.size() > 3) put(Opcode::Mark);
  for (const Object& item : items) {
    if (!save(item)) return false;
  }
  if (block != nullptr && fetch_recursive(block, items.size())) return true;
  constexpr Opcode kBySize[] = {Opcode::Tuple1, Opcode::Tuple2, Opcode::Tuple3};
  put(items.size() > 3 ? Opcode::Tuple : kBySize[items.size() - 1]);
  memoize(block);
  return true;
}

// A tuple that contains itself (through a list or dict) was already built while its items were
// written: those are dropped from the reader's stack again.
bool Pickler::fetch_recursive(const detail::Block* block, std::size_t size) {
  if (!is_shared(block)) return false;
  const std::int64_t number = memo_.find(block);
  if (number < 0) return false;
  if (size > 3) {
    put(Opcode::PopMark);
  } else {
    for (std::size_t i = 0; i < size; ++i) put(Opcode::Pop);
  }
  fetch(number);
  return true;
}

bool Pickler::save_dict(const Object& object) {
  const Dict& dict = ObjectAccess::dict(object);
  put(Opcode::EmptyDict);
  memoize(ObjectAccess::block(object));
  if (dict.size() == 0) return true;
  if (dict.size() == 1) {
    const bool ok =
        dict.for_each([&](const Dict::Entry& e) { return save(e.key) && save(e.value); });
    put(Opcode::SetItem);
    return ok;
  }
  put(Opcode::Mark);
  std::size_t in_batch = 0;
  const bool ok = dict.for_each([&](const Dict::Entry& entry) {
    if (!save(entry.key) || !save(entry.value)) return false;
    if (++in_batch == kBatch) {
      // Like CPython, a full batch is followed by another, be it empty.
      put(Opcode::SetItems);
      put(Opcode::Mark);
      in_batch = 0;
    }
    return true;
  });
  put(Opcode::SetItems);
  return ok;
}

void Pickler::memoize(const detail::Block* block, bool may_come_again) {
  const std::uint32_t number = memo_.add(block, may_come_again);
  old_ ? put_memo_number(number) : put(Opcode::Memoize);
}

void Pickler::fetch(std::int64_t number) {
  if (protocol_ == 0) {
    put_text("g" + std::to_string(number) + "\n");
  } else if (number <= 0xff) {
    put(Opcode::BinGet, static_cast<std::uint8_t>(number));
  } else {
    put(Opcode::LongBinGet, static_cast<std::uint32_t>(number));
  }
}

void check_options(const PickleOptions& options) {
  if (options.protocol < 0 || options.protocol > kHighestProtocol) {
    throw ValueError("pickle protocol must be 0 to 5, not " + std::to_string(options.protocol));
  }
  if (options.buffer_callback && options.protocol < 5) {
    throw ValueError("buffer_callback needs pickle protocol 5");
  }
}

void dumps_to(detail::ByteBuffer& out, const Object& object, const PickleOptions& options) {
  struct CutBack {
    detail::ByteBuffer& out;
    std::size_t size;
    bool done = false;
    ~CutBack() {
      if (!done) out.truncate(size);
    }
  } cut_back{out, out.size()};

  check_options(options);
  const Result<void> result = Pickler(out, options).dump(object);
  if (!result.ok()) {
    throw PicklingError("cannot pickle this " + std::string(object.type_name()) + ": " +
                        result.failure().text);
  }
  cut_back.done = true;
}

std::string dumps(const Object& object, const PickleOptions& options) {
  detail::ByteBuffer out;
  dumps_to(out, object, options);
  return std::string(out.text());
}

}  // namespace mp::serial
