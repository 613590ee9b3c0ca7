#include "serial/unpickler.hpp"

#include "serial/dict.hpp"
#include "serial/pickle.hpp"
#include "serial/utf8.hpp"
#include <libmp/exceptions.hpp>

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

namespace mp::serial {
namespace {

// Steps of hashing and comparing keys that an input of this size may ask for.
constexpr std::uint64_t kBaseSteps = 100'000;
constexpr std::uint64_t kStepsPerByte = 256;

constexpr std::size_t kMostExpected = 4096;

std::string kind_text(const Object& object) { return std::string(object.type_name()); }

}  // namespace

Unpickler::Unpickler(std::span<const std::byte> input, std::span<const Object> buffers,
                     const UnpickleLimits& limits)
    : input_(reinterpret_cast<const char*>(input.data()), input.size()),
      limits_(limits),
      stack_(std::clamp<std::size_t>(input.size() / 8, 16, kMostExpected)),
      memo_(std::clamp<std::size_t>(input.size() / 16, 16, kMostExpected)),
      buffers_(buffers) {
  walk_.steps = kBaseSteps + kStepsPerByte * input.size();
}

bool Unpickler::fail(FailureCode code, std::string text) {
  std::string where = "offset " + std::to_string(opcode_at_);
  if (opcode_at_ < input_.size()) {
    const auto opcode = static_cast<std::uint8_t>(input_[opcode_at_]);
    const std::string_view name = opcode_name(opcode);
    where.append(", opcode ").append(name.empty() ? std::to_string(opcode) : std::string(name));
  }
  failure_ = {code, std::move(text), std::move(where)};
  return false;
}

Result<Object> Unpickler::load() {
  if (input_.size() > limits_.bytes) {
    return Failure{FailureCode::TooLarge, std::to_string(input_.size()) + " bytes", "pickle"};
  }
  if (!run()) return std::move(failure_);
  loaded_ = true;
  Object result = stack_.take();
  if (dropped_ || !stack_.empty()) free_garbage(&result);
  for (Object& object : memo_.from(0)) ObjectAccess::drop_alone(object);
  memo_.forget(0);
  return result;
}

bool Unpickler::take(std::size_t size, std::string_view* bytes) {
  if (size > input_.size() - at_) {
    return fail(FailureCode::Truncated, std::to_string(size) + " bytes wanted, " +
                                            std::to_string(input_.size() - at_) + " left");
  }
  *bytes = input_.substr(at_, size);
  at_ += size;
  return true;
}

template <class T>
bool Unpickler::take_number(T* value) {
  if (input_.size() - at_ < sizeof(T)) {
    std::string_view none;
    return take(sizeof(T), &none);
  }
  std::memcpy(value, input_.data() + at_, sizeof(T));
  at_ += sizeof(T);
  return true;
}

template <class Length>
bool Unpickler::take_counted(std::string_view* bytes) {
  Length length{};
  if (!take_number(&length)) return false;
  if (std::is_signed_v<Length> && length < 0) {
    return fail(FailureCode::Malformed, "negative length " + std::to_string(length));
  }
  return take(static_cast<std::size_t>(length), bytes);
}

bool Unpickler::fail_underflow() {
  return fail(FailureCode::Malformed, "too few values on the stack");
}

bool Unpickler::push_mark() {
  if (marks_.size() >= limits_.open_marks) {
    return fail(FailureCode::TooLarge,
                "more than " + std::to_string(limits_.open_marks) + " open containers");
  }
  marks_.push_back(stack_.size());
  fence_ = stack_.size();
  return true;
}

// A mark counts as a value here, as in CPython.
bool Unpickler::pop() {
  if (!marks_.empty() && marks_.back() == stack_.size()) {
    std::size_t first = 0;
    return pop_mark(&first);
  }
  if (!need(1)) return false;
  adopt_setter();
  dropped_ = true;
  stack_.cut(stack_.size() - 1);
  return true;
}

bool Unpickler::pop_mark(std::size_t* first) {
  if (marks_.empty()) return fail(FailureCode::Malformed, "no MARK before");
  *first = marks_.back();
  marks_.pop_back();
  fence_ = marks_.empty() ? 0 : marks_.back();
  return true;
}

inline bool Unpickler::same_opcode_follows() {
  if (at_ >= input_.size() || input_[at_] != input_[opcode_at_]) return false;
  opcode_at_ = at_++;
  return true;
}

inline bool Unpickler::memoize() {
  if (!far_memo_.empty() || memo_.size() >= limits_.memo) {
    return memo_put(memo_.size() + far_memo_.size());
  }
  if (!need(1)) return false;
  memo_.push(ObjectAccess::copy_alone(stack_.top()));
  return true;
}

// The opcodes of protocols 2 to 5 that data consists of; all others are one call away.
inline bool Unpickler::step(Opcode opcode) {
  switch (opcode) {
    case Opcode::Memoize:
      return memoize();
    case Opcode::BinGet:
      return memo_get_number<std::uint8_t>();
    case Opcode::ShortBinUnicode:
      return load_str<std::uint8_t>();
    case Opcode::BinInt1:
      return load_int<std::uint8_t>();
    case Opcode::BinInt2:
      return load_int<std::uint16_t>();
    case Opcode::BinInt:
      return load_int<std::int32_t>();
    case Opcode::BinFloat:
      return load_float();
    case Opcode::None:
      return push();
    case Opcode::NewTrue:
      return push(true);
    case Opcode::NewFalse:
      return push(false);
    case Opcode::Mark:
      return push_mark();
    case Opcode::EmptyDict:
      return push_new(make_empty_dict());
    case Opcode::EmptyList:
      return push_new(make_list({}));
    case Opcode::EmptyTuple:
      return push(make_tuple({}));
    case Opcode::Tuple1:
      return need(1) && build_tuple(stack_.size() - 1);
    case Opcode::Tuple2:
      return need(2) && build_tuple(stack_.size() - 2);
    case Opcode::Tuple3:
      return need(3) && build_tuple(stack_.size() - 3);
    case Opcode::Tuple: {
      std::size_t first = 0;
      return pop_mark(&first) && build_tuple(first);
    }
    case Opcode::Append:
      return need(2) && append(stack_.size() - 1);
    case Opcode::Appends: {
      std::size_t first = 0;
      return pop_mark(&first) && append(first);
    }
    case Opcode::SetItem:
      return need(3) && set_items(stack_.size() - 2);
    case Opcode::SetItems: {
      std::size_t first = 0;
      return pop_mark(&first) && set_items(first);
    }
    case Opcode::LongBinGet:
      return memo_get_number<std::uint32_t>();
    default:
      return step_rare(opcode);
  }
}

bool Unpickler::run() {
  for (;;) {
    opcode_at_ = at_;
    if (at_ == input_.size()) return fail(FailureCode::Truncated, "the pickle has no end");
    const auto opcode = static_cast<Opcode>(static_cast<std::uint8_t>(input_[at_++]));
    if (opcode == Opcode::Stop) break;
    if (!step(opcode)) return false;
  }
  if (!marks_.empty()) return fail(FailureCode::Malformed, "a container is still open");
  return need(1);
}

bool Unpickler::step_rare(Opcode opcode) {
  switch (opcode) {
    case Opcode::Proto:
      return load_protocol();
    case Opcode::Frame:
      return load_frame();
    case Opcode::Long1:
      return load_long<std::uint8_t>();
    case Opcode::Long4:
      return load_long<std::int32_t>();
    case Opcode::BinUnicode:
      return load_str<std::uint32_t>();
    case Opcode::BinUnicode8:
      return load_str<std::uint64_t>();
    case Opcode::ShortBinBytes:
      return load_bytes<std::uint8_t>();
    case Opcode::BinBytes:
      return load_bytes<std::uint32_t>();
    case Opcode::BinBytes8:
      return load_bytes<std::uint64_t>();
    case Opcode::ShortBinString:
      return load_old_str<std::uint8_t>();
    case Opcode::BinString:
      return load_old_str<std::int32_t>();
    case Opcode::BinPut:
      return memo_put_number<std::uint8_t>();
    case Opcode::LongBinPut:
      return memo_put_number<std::uint32_t>();
    case Opcode::Pop:
      return pop();
    case Opcode::PopMark: {
      std::size_t first = 0;
      if (!pop_mark(&first)) return false;
      dropped_ = true;
      stack_.cut(first);
      return true;
    }
    case Opcode::Dup: {
      if (!need(1)) return false;
      suspect(stack_.top());
      return push(Object(stack_.top()));
    }
    case Opcode::List:
      return build_list();
    case Opcode::Dict:
      return build_dict();
    default:
      return step_call(opcode);
  }
}

bool Unpickler::load_protocol() {
  std::uint8_t protocol = 0;
  if (!take_number(&protocol)) return false;
  if (protocol > kHighestProtocol) {
    return fail(FailureCode::Unsupported, "pickle protocol " + std::to_string(protocol));
  }
  protocol_ = protocol;
  return true;
}

// The whole pickle is here, so a frame says nothing new; but it must not promise more than there
// is.
bool Unpickler::load_frame() {
  std::uint64_t length = 0;
  if (!take_number(&length)) return false;
  if (length > input_.size() - at_) {
    return fail(FailureCode::Truncated, "frame of " + std::to_string(length) + " bytes, " +
                                            std::to_string(input_.size() - at_) + " left");
  }
  return true;
}

// Numbers come in rows: those of the same opcode are taken at once.
template <class T>
bool Unpickler::load_int() {
  T value{};
  do {
    if (!take_number(&value)) return false;
    push(static_cast<std::int64_t>(value));
  } while (same_opcode_follows());
  return true;
}

bool Unpickler::load_float() {
  static_assert(std::endian::native == std::endian::little);
  std::uint64_t bits = 0;
  do {
    if (!take_number(&bits)) return false;
    push(std::bit_cast<double>(__builtin_bswap64(bits)));
  } while (same_opcode_follows());
  return true;
}

template <class Length>
bool Unpickler::load_long() {
  std::string_view bytes;
  return take_counted<Length>(&bytes) && push(make_int(bytes));
}

template <class Length>
bool Unpickler::load_str() {
  std::string_view bytes;
  if (!take_counted<Length>(&bytes)) return false;
  if (!is_utf8(bytes)) return fail(FailureCode::Malformed, "str is not UTF-8");
  return push_new(make_str(bytes));
}

template <class Length>
bool Unpickler::load_bytes() {
  std::string_view bytes;
  return take_counted<Length>(&bytes) && push_new(make_bytes(bytes));
}

bool Unpickler::load_byte_array() {
  std::string_view bytes;
  return take_counted<std::uint64_t>(&bytes) && push_new(make_byte_array(bytes));
}

// Python 2's str: Python 3 decodes it as ASCII and refuses anything else.
template <class Length>
bool Unpickler::load_old_str() {
  std::string_view bytes;
  if (!take_counted<Length>(&bytes)) return false;
  for (const char c : bytes) {
    if (static_cast<unsigned char>(c) >= 0x80) {
      return fail(FailureCode::Malformed, "str of Python 2 is not ASCII");
    }
  }
  return push(make_str(bytes));
}

bool Unpickler::build_tuple(std::size_t first) {
  Object made = make_tuple(stack_.from(first));
  stack_.forget(first);
  return push_new(std::move(made));
}

bool Unpickler::build_list() {
  std::size_t first = 0;
  if (!pop_mark(&first)) return false;
  const std::span<Object> values = stack_.from(first);
  std::vector<Object> items(std::make_move_iterator(values.begin()),
                            std::make_move_iterator(values.end()));
  stack_.forget(first);
  return push(make_list(std::move(items)));
}

bool Unpickler::build_dict() {
  std::size_t first = 0;
  if (!pop_mark(&first)) return false;
  Object made = make_empty_dict();
  return set_items_of(made, first) && push(std::move(made));
}

// The values from `first` on go to the list below them.
bool Unpickler::append(std::size_t first) {
  if (first <= fence_) return fail(FailureCode::Malformed, "nothing to append to");
  Object& target = stack_[first - 1];
  if (ObjectAccess::tag(target) != Tag::List) {
    if (ObjectAccess::tag(target) == Tag::Instance) return append_to_instance(first);
    return fail(FailureCode::Malformed, "appends to a " + kind_text(target));
  }
  std::vector<Object>& items = ObjectAccess::list(target);
  const std::span<Object> values = stack_.from(first);
  items.insert(items.end(), std::make_move_iterator(values.begin()),
               std::make_move_iterator(values.end()));
  stack_.forget(first);
  return true;
}

bool Unpickler::set_items(std::size_t first) {
  if (first <= fence_) return fail(FailureCode::Malformed, "no dict to put items into");
  if (ObjectAccess::tag(stack_[first - 1]) != Tag::Dict) {
    if (ObjectAccess::tag(stack_[first - 1]) == Tag::Instance) return append_to_instance(first);
    return fail(FailureCode::Malformed, "puts items into a " + kind_text(stack_[first - 1]));
  }
  return set_items_of(stack_[first - 1], first);
}

bool Unpickler::set_items_of(Object& target, std::size_t first) {
  const std::size_t count = stack_.size() - first;
  if (count % 2 != 0) return fail(FailureCode::Malformed, "a key without a value");
  Dict& dict = ObjectAccess::dict(target);
  const std::size_t expected = dict.size() + count / 2;
  if (dict.size() == 0) dict.reserve(count / 2);
  for (std::size_t i = first; i < stack_.size(); i += 2) {
    const WalkOutcome outcome = dict.set(std::move(stack_[i]), std::move(stack_[i + 1]), walk_);
    if (outcome != WalkOutcome::Done) return check_walk(outcome);
  }
  if (dict.size() != expected) dropped_ = true;
  stack_.cut(first);
  return true;
}

bool Unpickler::check_walk(WalkOutcome outcome) {
  switch (outcome) {
    case WalkOutcome::Done:
      return true;
    case WalkOutcome::Unhashable:
      return fail(FailureCode::Malformed,
                  "unhashable type: '" + std::string(to_string(walk_.culprit)) + "'");
    case WalkOutcome::TooDeep:
      return fail(FailureCode::TooLarge, "a key nested deeper than 1000");
    case WalkOutcome::TooLong:
      break;
  }
  return fail(FailureCode::TooLarge, "keys that take too long to compare");
}

bool Unpickler::memo_put(std::uint64_t index) {
  if (!need(1)) return false;
  if (index < memo_.size()) {
    suspect(memo_[static_cast<std::size_t>(index)]);
    memo_[static_cast<std::size_t>(index)] = stack_.top();
    return true;
  }
  if (memo_.size() + far_memo_.size() >= limits_.memo) {
    return fail(FailureCode::TooLarge, "memo limit reached");
  }
  if (index == memo_.size()) {
    if (const auto far = far_memo_.find(index); far != far_memo_.end()) {
      suspect(far->second);
      far_memo_.erase(far);
    }
    memo_.push(ObjectAccess::copy_alone(stack_.top()));
  } else {
    Object& entry = far_memo_[index];
    suspect(entry);
    entry = stack_.top();
  }
  return true;
}

bool Unpickler::memo_get(std::uint64_t index) {
  if (index < memo_.size())
    return push(ObjectAccess::copy_alone(memo_[static_cast<std::size_t>(index)]));
  const auto found = far_memo_.find(index);
  if (found != far_memo_.end()) return push(found->second);
  return fail(FailureCode::Malformed, "memo has no entry " + std::to_string(index));
}

template <class Index>
bool Unpickler::memo_put_number() {
  Index index{};
  return take_number(&index) && memo_put(index);
}

template <class Index>
bool Unpickler::memo_get_number() {
  Index index{};
  return take_number(&index) && memo_get(index);
}

Object loads(std::span<const std::byte> pickle, std::span<const Object> buffers) {
  Unpickler unpickler(pickle, buffers);
  Result<Object> result = unpickler.load();
  if (!result.ok()) throw UnpicklingError(result.failure().message());
  return std::move(result).value();
}

}  // namespace mp::serial
