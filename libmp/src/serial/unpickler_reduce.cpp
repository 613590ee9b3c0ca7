// Names of classes and functions, and calls of them. Those that only stand for data become that
// data; all others become instances, which remember the call.
#include "serial/dict.hpp"
#include "serial/exception_text.hpp"
#include "serial/old_names.hpp"
#include "serial/unpickler.hpp"
#include "serial/utf8.hpp"

#include <algorithm>
#include <array>

namespace mp::serial {
namespace {

bool is_tag(const Object& object, Tag tag) { return ObjectAccess::tag(object) == tag; }

bool is_int(const Object& object) {
  return is_tag(object, Tag::Int) || is_tag(object, Tag::BigInt);
}

bool is_str(const Object& object, std::string_view text) {
  return is_tag(object, Tag::Str) && ObjectAccess::raw(object).view() == text;
}

// Something that Python could call.
bool is_callable(const Object& object) {
  return is_tag(object, Tag::Global) || is_tag(object, Tag::Instance);
}

bool holds_containers(const Object& list) {
  const std::span<const Object> items = ObjectAccess::items(list);
  return std::any_of(items.begin(), items.end(),
                     [](const Object& item) { return is_container(ObjectAccess::tag(item)); });
}

// Bytes from a str that has one character for each; std::nullopt if it has others.
std::optional<std::string> encode_latin1(const Object& object) {
  if (!is_tag(object, Tag::Str)) return std::nullopt;
  const std::string_view text = ObjectAccess::raw(object).view();
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t code = next_code_point(text, &at);
    if (code > 0xff) return std::nullopt;
    out.push_back(static_cast<char>(code));
  }
  return out;
}

Object bytes_from(std::span<const Object> arguments) {
  if (arguments.size() != 2 || !is_str(arguments[1], "latin1")) return {};
  const std::optional<std::string> content = encode_latin1(arguments[0]);
  return content.has_value() ? make_bytes(*content) : Object();
}

Object byte_array_from(std::span<const Object> arguments) {
  if (arguments.empty()) return make_byte_array({});
  if (arguments.size() == 1 && is_tag(arguments[0], Tag::Bytes)) {
    return make_byte_array(ObjectAccess::raw(arguments[0]).view());
  }
  if (arguments.size() != 2 || !is_str(arguments[1], "latin-1")) return {};
  const std::optional<std::string> content = encode_latin1(arguments[0]);
  return content.has_value() ? make_byte_array(*content) : Object();
}

Object complex_from(std::span<const Object> arguments) {
  const auto is_float = [](const Object& object) { return is_tag(object, Tag::Float); };
  if (arguments.size() != 2 || !std::all_of(arguments.begin(), arguments.end(), is_float))
    return {};
  return make_complex(ObjectAccess::real(arguments[0]), ObjectAccess::real(arguments[1]));
}

Object range_or_slice_from(Tag tag, std::span<const Object> arguments) {
  if (arguments.size() != 3) return {};
  const bool sound =
      tag == Tag::Slice ||
      (std::all_of(arguments.begin(), arguments.end(), is_int) && arguments[2] != Object(0));
  if (!sound) return {};
  std::array items{arguments[0], arguments[1], arguments[2]};
  return make_like_tuple(tag, items);
}

// The three functions of copyreg that stand for cls.__new__ in old protocols.
Object new_object_from(Known function, std::span<const Object> arguments) {
  if (arguments.empty() || !is_callable(arguments[0])) return {};
  std::vector<Object> rest(arguments.begin() + 1, arguments.end());
  if (function == Known::NewObj) {
    return make_instance(Make::NewObj, arguments[0], serial::make_tuple(rest));
  }
  if (rest.size() != 2) return {};
  if (function == Known::NewObjEx) {
    if (!is_tag(rest[0], Tag::Tuple) || !is_tag(rest[1], Tag::Dict)) return {};
    return make_instance(Make::NewObjEx, arguments[0], serial::make_tuple(rest));
  }
  const bool plain = rest[0] == known_global(Known::Object) && rest[1].is_none();
  return plain ? make_instance(Make::Reconstruct, arguments[0], make_tuple({})) : Object();
}

}  // namespace

bool Unpickler::step_call(Opcode opcode) {
  std::size_t first = 0;
  switch (opcode) {
    case Opcode::StackGlobal:
      return load_stack_global();
    case Opcode::Reduce:
      return reduce();
    case Opcode::NewObj:
      return make_new(false);
    case Opcode::NewObjEx:
      return make_new(true);
    case Opcode::Build:
      return build();
    case Opcode::EmptySet:
      return push_new(make_empty_set(Tag::Set));
    case Opcode::AddItems:
      return pop_mark(&first) && add_items(first);
    case Opcode::FrozenSet:
      return build_frozenset();
    case Opcode::ByteArray8:
      return load_byte_array();
    case Opcode::NextBuffer:
      return load_buffer();
    case Opcode::ReadonlyBuffer:
      return make_buffer_read_only();
    case Opcode::Global:
      return load_global();
    case Opcode::Inst:
      return load_inst();
    case Opcode::Obj:
      return load_obj();
    default:
      return step_protocol_0(opcode);
  }
}

bool Unpickler::add_items(std::size_t first) {
  if (first <= fence_) return fail(FailureCode::Malformed, "no set to add items to");
  if (!is_tag(stack_[first - 1], Tag::Set)) {
    return fail(FailureCode::Malformed,
                "adds items to a " + std::string(stack_[first - 1].type_name()));
  }
  if (!add_to(stack_[first - 1], stack_.from(first))) return false;
  stack_.cut(first);
  return true;
}

bool Unpickler::add_to(const Object& set, std::span<const Object> items) {
  Dict& members = ObjectAccess::dict(set);
  if (members.size() == 0) members.reserve(items.size());
  const std::size_t expected = members.size() + items.size();
  for (const Object& item : items) {
    const WalkOutcome outcome = members.set(Object(item), Object(), walk_);
    if (outcome != WalkOutcome::Done) return check_walk(outcome);
  }
  if (members.size() != expected) dropped_ = true;
  return true;
}

bool Unpickler::build_frozenset() {
  std::size_t first = 0;
  if (!pop_mark(&first)) return false;
  Object made = make_empty_set(Tag::FrozenSet);
  if (!add_to(made, stack_.from(first))) return false;
  stack_.cut(first);
  return push_new(std::move(made));
}

bool Unpickler::append_to_instance(std::size_t first) {
  detail::InstanceBlock& target = ObjectAccess::instance(stack_[first - 1]);
  const std::span<Object> values = stack_.from(first);
  const auto opcode = static_cast<Opcode>(static_cast<std::uint8_t>(input_[opcode_at_]));
  const bool pairs = opcode == Opcode::SetItem || opcode == Opcode::SetItems;
  if (pairs && values.size() % 2 != 0) return fail(FailureCode::Malformed, "a key without a value");
  std::vector<Object>& row = pairs ? target.pairs : target.appended;
  row.insert(row.end(), std::make_move_iterator(values.begin()),
             std::make_move_iterator(values.end()));
  stack_.forget(first);
  return true;
}

bool Unpickler::take_global(Object* global) {
  std::string_view module;
  std::string_view name;
  if (!take_line(&module) || !take_line(&name)) return false;
  if (!is_utf8(module) || !is_utf8(name)) {
    return fail(FailureCode::Malformed, "a name that is not UTF-8");
  }
  *global = find_global(make_str(module), make_str(name));
  return true;
}

bool Unpickler::load_global() {
  Object global;
  return take_global(&global) && push_new(std::move(global));
}

bool Unpickler::load_stack_global() {
  if (!need(2)) return false;
  const bool texts = is_tag(stack_[stack_.size() - 2], Tag::Str) && is_tag(stack_.top(), Tag::Str);
  if (!texts) return fail(FailureCode::Malformed, "module and name must be str");
  const Object name = stack_.take();
  const Object module = stack_.take();
  return push_new(find_global(module, name));
}

// Under the name that Python 3 has for it.
Object Unpickler::find_global(const Object& module, const Object& name) const {
  if (protocol_ >= 3) return make_global(module, name);
  const GlobalName old{ObjectAccess::raw(module).view(), ObjectAccess::raw(name).view()};
  const GlobalName now = name_of_python_3(old);
  if (now == old) return make_global(module, name);
  return make_global(make_str(now.module), make_str(now.name));
}

bool Unpickler::push_instance(Make make, Object function, Object arguments) {
  return push_new(make_instance(make, std::move(function), std::move(arguments)));
}

bool Unpickler::reduce() {
  if (!need(2)) return false;
  const Object& called = stack_[stack_.size() - 2];
  if (!is_callable(called)) {
    return fail(FailureCode::Malformed, "calls a " + std::string(called.type_name()));
  }
  if (!is_tag(stack_.top(), Tag::Tuple)) {
    return fail(FailureCode::Malformed, "arguments must be a tuple");
  }
  Object arguments = stack_.take();
  Object function = stack_.take();
  if (is_tag(function, Tag::Global)) {
    function = special_error(function, ObjectAccess::items(arguments));
    Object made;
    if (!reduce_known(ObjectAccess::global(function).known, arguments, &made)) return false;
    if (!made.is_none()) return push_new(std::move(made));
  }
  return push_instance(Make::Reduce, std::move(function), std::move(arguments));
}

// The call as data, or None if it is not one that a writer of data makes.
bool Unpickler::reduce_known(Known function, const Object& arguments, Object* made) {
  const std::span<const Object> items = ObjectAccess::items(arguments);
  const bool one_list = items.size() == 1 && is_tag(items[0], Tag::List);
  switch (function) {
    case Known::Bytes:
      if (items.empty()) *made = make_bytes({});
      return true;
    case Known::CodecsEncode:
      *made = bytes_from(items);
      return true;
    case Known::ByteArray:
      *made = byte_array_from(items);
      return true;
    case Known::Complex:
      *made = complex_from(items);
      return true;
    case Known::Range:
      *made = range_or_slice_from(Tag::Range, items);
      return true;
    case Known::Slice:
      *made = range_or_slice_from(Tag::Slice, items);
      return true;
    case Known::List:
      if (one_list) *made = items[0];
      return true;
    case Known::Set:
    case Known::FrozenSet:
      if (!one_list) return true;
      if (holds_containers(items[0])) dropped_ = true;  // the list goes, perhaps with a cycle
      *made = make_empty_set(function == Known::Set ? Tag::Set : Tag::FrozenSet);
      return add_to(*made, ObjectAccess::list(items[0]));
    case Known::NewObj:
    case Known::NewObjEx:
    case Known::Reconstructor:
      *made = new_object_from(function, items);
      return true;
    default:
      return true;
  }
}

bool Unpickler::make_new(bool with_keywords) {
  const std::size_t count = with_keywords ? 3 : 2;
  if (!need(count)) return false;
  const std::size_t first = stack_.size() - count;
  if (!is_callable(stack_[first])) {
    return fail(FailureCode::Malformed,
                "makes an object of a " + std::string(stack_[first].type_name()));
  }
  if (!is_tag(stack_[first + 1], Tag::Tuple) ||
      (with_keywords && !is_tag(stack_[first + 2], Tag::Dict))) {
    return fail(FailureCode::Malformed, "arguments must be a tuple and a dict");
  }
  Object arguments =
      with_keywords ? make_tuple(stack_.from(first + 1)) : std::move(stack_[first + 1]);
  Object cls = std::move(stack_[first]);
  stack_.cut(first);
  return push_instance(with_keywords ? Make::NewObjEx : Make::NewObj, std::move(cls),
                       std::move(arguments));
}

// Protocol 0 and 1: a class, and its arguments behind a mark.
bool Unpickler::instantiate(const Object& cls, std::size_t first) {
  if (!is_callable(cls)) {
    return fail(FailureCode::Malformed, "makes an object of a " + std::string(cls.type_name()));
  }
  const Make make = stack_.size() == first ? Make::NewObj : Make::Reduce;
  Object arguments = make_tuple(stack_.from(first));
  stack_.forget(first);
  return push_instance(make, cls, std::move(arguments));
}

bool Unpickler::load_inst() {
  std::size_t first = 0;
  Object cls;
  return take_global(&cls) && pop_mark(&first) && instantiate(cls, first);
}

bool Unpickler::load_obj() {
  std::size_t first = 0;
  if (!pop_mark(&first)) return false;
  if (stack_.size() == first) return fail(FailureCode::Malformed, "no class to make an object of");
  const Object cls = stack_[first];
  if (!instantiate(cls, first + 1)) return false;
  Object made = stack_.take();
  stack_.cut(first);
  return push(std::move(made));
}

bool Unpickler::build() {
  if (!need(2)) return false;
  const Object& target = stack_[stack_.size() - 2];
  if (!is_tag(target, Tag::Instance)) {
    return fail(FailureCode::Malformed, "gives a state to a " + std::string(target.type_name()));
  }
  Object& state = ObjectAccess::instance(target).state;
  if (!state.is_none() || !ObjectAccess::instance(target).setter.is_none()) {
    return fail(FailureCode::Malformed, "a second state");
  }
  state = stack_.take();
  return true;
}

// A call of function(object, state) whose result is dropped: how Python writes an object whose
// state is set by a function instead of its class.
void Unpickler::adopt_setter() {
  if (stack_.size() - fence_ < 2 || !is_tag(stack_.top(), Tag::Instance)) return;
  const Object& target = stack_[stack_.size() - 2];
  const detail::InstanceBlock& call = ObjectAccess::instance(stack_.top());
  const std::span<const Object> arguments = ObjectAccess::items(call.arguments);
  const bool suits = call.refs.load(std::memory_order_relaxed) == 1 && call.make == Make::Reduce &&
                     call.state.is_none() && call.setter.is_none() && call.appended.empty() &&
                     call.pairs.empty() && arguments.size() == 2 && arguments[0].is(target);
  if (!suits || !is_tag(target, Tag::Instance)) return;
  detail::InstanceBlock& instance = ObjectAccess::instance(target);
  if (!instance.state.is_none() || !instance.setter.is_none()) return;
  instance.setter = call.function;
  instance.state = arguments[1];
}

bool Unpickler::load_buffer() {
  if (buffers_.empty()) {
    return fail(FailureCode::Malformed, "more buffers than were given beside the pickle");
  }
  const Object given = buffers_.front();
  buffers_ = buffers_.subspan(1);
  return push(given.kind() == Kind::Buffer ? given : PickleBuffer(given));
}

bool Unpickler::make_buffer_read_only() {
  if (!need(1)) return false;
  if (!is_tag(stack_.top(), Tag::Buffer)) {
    return fail(FailureCode::Malformed, "no buffer to make read-only");
  }
  std::array<Object, 2> items{ObjectAccess::items(stack_.top())[0], true};
  stack_.top() = make_like_tuple(Tag::Buffer, items);
  return true;
}

}  // namespace mp::serial
