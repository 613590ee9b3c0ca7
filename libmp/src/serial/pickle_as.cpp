#include "serial/instance.hpp"
#include <libmp/detail/pickle_as.hpp>
#include <libmp/exceptions.hpp>

namespace mp::detail {
namespace {

std::vector<Object> split_names(std::string_view names) {
  std::vector<Object> out;
  while (!names.empty()) {
    const std::size_t end = std::min(names.find(','), names.size());
    std::string_view name = names.substr(0, end);
    name.remove_prefix(std::min(name.find_first_not_of(' '), name.size()));
    while (name.ends_with(' ')) name.remove_suffix(1);
    out.emplace_back(name);
    names.remove_prefix(std::min(end + 1, names.size()));
  }
  return out;
}

Object find_class(std::string_view path) {
  std::size_t dot = path.find(':');
  if (dot == std::string_view::npos) dot = path.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || dot + 1 == path.size()) {
    throw ValueError("MP_PICKLE_AS: '" + std::string(path) + "' is not of the form module.Class");
  }
  return serial::make_global(path.substr(0, dot), path.substr(dot + 1));
}

}  // namespace

PickledClass::PickledClass(Object cls, std::vector<Object> names)
    : class_(std::move(cls)), names_(std::move(names)) {
  // In Python a class and its attributes' names are one object each, wherever they are mentioned.
  ObjectAccess::make_immortal(class_);
  for (const Object& name : names_) ObjectAccess::make_immortal(name);
}

const PickledClass& PickledClass::make(std::string_view path, std::string_view names) {
  return *new PickledClass(find_class(path), split_names(names));
}

Object PickledClass::instance(std::span<Object> values) const {
  const Object state = dict{};
  for (std::size_t i = 0; i < names_.size(); ++i) state.set(names_[i], std::move(values[i]));
  Object made = serial::make_instance(serial::Make::NewObj, class_, tuple{});
  if (!names_.empty()) ObjectAccess::instance(made).state = state;
  return made;
}

// A __dict__; what a class with __slots__ has, (None, {names: values}); or the values in a row, as
// a frozen dataclass gives them.
bool PickledClass::read_state(const Object& state, std::vector<Object>* out) const {
  if (state.kind() == Kind::Tuple && state.size() == 2 && state[1].kind() == Kind::Dict) {
    return read_state(state[1], out) || read_state(state[0], out);
  }
  if (state.kind() == Kind::List || state.kind() == Kind::Tuple) {
    const std::span<const Object> row = state.elements();
    out->assign(row.begin(), row.end());
    return out->size() == names_.size();
  }
  if (state.kind() != Kind::Dict) return false;
  out->clear();
  for (const Object& name : names_) {
    if (!state.contains(name)) return false;
    out->push_back(state[name]);
  }
  return true;
}

std::vector<Object> PickledClass::values(const Object& object) const {
  const std::string wanted = serial::full_name(class_);
  if (object.kind() != Kind::Instance || object.function() != class_) {
    throw_wrong_kind(wanted, object);
  }
  std::vector<Object> out;
  const bool found = names_.empty() || read_state(object.state(), &out) ||
                     (object.state().is_none() && read_state(object.args(), &out));
  if (found) return out;
  throw TypeError("expected a " + wanted + " with the attributes " + str(tuple(names_)) + ", got " +
                  repr(object));
}

}  // namespace mp::detail
