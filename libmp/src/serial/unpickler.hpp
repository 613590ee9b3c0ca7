// Unpickler: a pickle of protocol 0 to 5 as an Object. Builds data, and keeps calls of what it does
// not know as data; nothing in it can call.
#pragma once

#include "base/result.hpp"
#include "serial/compare.hpp"
#include "serial/instance.hpp"
#include "serial/object_block.hpp"
#include "serial/opcodes.hpp"
#include "serial/value_stack.hpp"
#include <libmp/object.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace mp::serial {

struct UnpickleLimits {
  std::size_t open_marks = 10'000;  // containers begun and not ended
  std::size_t memo = 1U << 28U;     // values remembered
  std::size_t bytes = SIZE_MAX;     // of input; every other use of memory is in proportion
};

// The stack machine of pickletools. One use. unpickler_text.cpp has the lines of protocol 0,
// unpickler_reduce.cpp names and calls, unpickler_garbage.cpp cycles.
// The input may be anything: a length is believed only if that many bytes are there, so memory
// stays within 256 times the input; the time for hashing and comparing keys is bounded too. Deep
// nesting is harmless here, for nothing recurses. Fails: a Failure with the offset and the name of
// the opcode.
class Unpickler {
 public:
  // `buffers`: what the writer left beside the pickle, in that order.
  explicit Unpickler(std::span<const std::byte> input, std::span<const Object> buffers = {},
                     const UnpickleLimits& limits = {});
  ~Unpickler();
  Unpickler(const Unpickler&) = delete;
  Unpickler& operator=(const Unpickler&) = delete;

  // Up to the STOP opcode; bytes behind it are left alone, as in Python.
  Result<Object> load();
  [[nodiscard]] std::size_t consumed() const noexcept { return at_; }

 private:
  // Everything below returns false after fail().
  bool fail(FailureCode code, std::string text);
  bool run();
  bool step(Opcode opcode);
  bool step_protocol_0(Opcode opcode);
  bool step_rare(Opcode opcode);

  // Input.
  bool take(std::size_t size, std::string_view* bytes);
  bool take_line(std::string_view* line);
  template <class T>
  bool take_number(T* value);
  template <class Length>
  bool take_counted(std::string_view* bytes);

  // Stack.
  bool need(std::size_t count) { return stack_.size() - fence_ >= count || fail_underflow(); }
  bool fail_underflow();
  template <class... Arguments>
  bool push(Arguments&&... arguments) {
    stack_.push(std::forward<Arguments>(arguments)...);
    return true;
  }
  // A value that writers memoize: if they did, that is done here too.
  bool push_new(Object&& object) {
    constexpr char kMemoize = static_cast<char>(Opcode::Memoize);
    if (at_ < input_.size() && input_[at_] == kMemoize && far_memo_.empty() &&
        memo_.size() < limits_.memo) {
      ++at_;
      memo_.push(ObjectAccess::copy_alone(object));
    }
    return push(std::move(object));
  }
  bool same_opcode_follows();
  bool push_mark();
  bool pop();
  bool pop_mark(std::size_t* first);

  // Values.
  template <class T>
  bool load_int();
  bool load_float();
  template <class Length>
  bool load_long();
  template <class Length>
  bool load_str();
  template <class Length>
  bool load_bytes();
  bool load_byte_array();
  template <class Length>
  bool load_old_str();
  bool load_float_line();
  bool load_int_line();
  bool load_long_line();
  bool load_quoted_line();
  bool load_unicode_line();
  bool load_protocol();
  bool load_frame();

  // Containers.
  bool build_tuple(std::size_t first);
  bool build_list();
  bool build_dict();
  bool append(std::size_t first);
  bool set_items(std::size_t first);
  bool set_items_of(Object& target, std::size_t first);
  bool append_to_instance(std::size_t first);
  bool add_items(std::size_t first);
  bool add_to(const Object& set, std::span<const Object> items);
  bool build_frozenset();
  bool check_walk(WalkOutcome outcome);

  // Memo.
  bool memoize();
  bool memo_put(std::uint64_t index);
  bool memo_get(std::uint64_t index);
  bool memo_put_line();
  bool memo_get_line();
  template <class Index>
  bool memo_put_number();
  template <class Index>
  bool memo_get_number();

  // Cycles.
  void suspect(const Object& object);
  void free_garbage(const Object* result);

  // Names, and calls of what they name.
  bool step_call(Opcode opcode);
  bool load_global();
  bool load_stack_global();
  bool load_inst();
  bool load_obj();
  bool take_global(Object* global);
  [[nodiscard]] Object find_global(const Object& module, const Object& name) const;
  bool reduce();
  bool reduce_known(Known function, const Object& arguments, Object* made);
  bool make_new(bool with_keywords);
  bool instantiate(const Object& cls, std::size_t first);
  bool push_instance(Make make, Object function, Object arguments);
  bool build();
  void adopt_setter();
  bool load_buffer();
  bool make_buffer_read_only();

  std::string_view input_;
  std::size_t at_ = 0;
  std::size_t opcode_at_ = 0;
  UnpickleLimits limits_;
  ValueStack stack_;
  std::vector<std::size_t> marks_;
  std::size_t fence_ = 0;  // the last mark: values below it are out of reach
  ValueStack memo_;        // indices 0, 1, 2, ... as all writers do
  std::unordered_map<std::uint64_t, Object> far_memo_;  // others
  std::vector<Object> suspects_;  // containers that were mentioned twice and are not in the memo
  Walk walk_;
  std::span<const Object> buffers_;
  std::uint8_t protocol_ = 0;  // what the pickle says
  bool dropped_ = false;       // values were thrown away, perhaps the last way to a cycle
  bool loaded_ = false;
  Failure failure_;
};

}  // namespace mp::serial
