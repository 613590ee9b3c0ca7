#include "serial/pickle.hpp"
#include "serial/pickler.hpp"
#include "serial/utf8.hpp"
#include <libmp/detail/pickle_writer.hpp>
#include <libmp/exceptions.hpp>

#include <vector>

namespace mp::detail {

struct PickleWriter::State {
  State(ByteBuffer& out, int protocol)
      : options{.protocol = protocol, .buffer_callback = {}}, pickler(out, options) {}

  PickleOptions options;
  serial::Pickler pickler;
  // The memo knows Objects by their place in memory: none may end before the pickle does.
  std::vector<Object> kept;
  int depth = 0;

  void enter() {
    if (++depth > serial::kMaxDepth) {
      throw PicklingError("cannot pickle this value: nested deeper than 1000");
    }
  }
};

using serial::Opcode;

PickleWriter::PickleWriter(ByteBuffer& out, int protocol) {
  serial::check_options({.protocol = protocol, .buffer_callback = {}});
  state_ = std::make_unique<State>(out, protocol);
  state_->pickler.begin();
}

PickleWriter::~PickleWriter() = default;

void PickleWriter::none() { state_->pickler.put_value(Opcode::None); }

void PickleWriter::boolean(bool value) {
  state_->pickler.put_value(value ? Opcode::NewTrue : Opcode::NewFalse);
}

void PickleWriter::integer(std::int64_t value) { state_->pickler.put_int(value); }

void PickleWriter::real(double value) { state_->pickler.put_float(value); }

// Texts of up to one character are one object each, wherever they are mentioned.
void PickleWriter::text(std::string_view value) {
  if (value.size() <= 1) return constant(value);
  if (value.size() == 2) return object(value);
  if (!serial::is_utf8(value)) {
    throw ValueError("str from C++ text: not valid UTF-8 (send arbitrary bytes as mp::bytes)");
  }
  state_->pickler.put_str(value);
}

void PickleWriter::raw_bytes(std::span<const std::byte> value) {
  if (value.empty()) return constant(bytes());
  state_->pickler.put_bytes({reinterpret_cast<const char*>(value.data()), value.size()});
}

void PickleWriter::object(Object value) {
  constant(value);
  state_->kept.push_back(std::move(value));
}

void PickleWriter::constant(const Object& value) {
  if (!state_->pickler.save(value)) {
    throw PicklingError("cannot pickle this " + std::string(value.type_name()) + ": " +
                        std::string(state_->pickler.failure()));
  }
}

void PickleWriter::empty_list() {
  state_->enter();
  state_->pickler.put_new(Opcode::EmptyList);
}

void PickleWriter::empty_dict() {
  state_->enter();
  state_->pickler.put_new(Opcode::EmptyDict);
}

void PickleWriter::mark() { state_->pickler.put(Opcode::Mark); }

void PickleWriter::append(bool since_mark) {
  state_->pickler.put(since_mark ? Opcode::Appends : Opcode::Append);
}

void PickleWriter::set_items(bool since_mark) {
  state_->pickler.put(since_mark ? Opcode::SetItems : Opcode::SetItem);
}

void PickleWriter::leave() { --state_->depth; }

void PickleWriter::begin_tuple(std::size_t size) {
  state_->enter();
  if (size == 0 || size > 3)
    state_->pickler.put_value(size == 0 ? Opcode::EmptyTuple : Opcode::Mark);
}

void PickleWriter::end_tuple(std::size_t size) {
  constexpr Opcode kBySize[] = {Opcode::Tuple1, Opcode::Tuple2, Opcode::Tuple3};
  if (size != 0) state_->pickler.put_made(size > 3 ? Opcode::Tuple : kBySize[size - 1]);
  leave();
}

void PickleWriter::begin_instance(const Object& cls) {
  state_->enter();
  constant(cls);
  state_->pickler.put_value(Opcode::EmptyTuple);
  state_->pickler.put_made(Opcode::NewObj);
}

void PickleWriter::end_instance() { state_->pickler.put(Opcode::Build); }

void PickleWriter::finish() { state_->pickler.end(); }

}  // namespace mp::detail
