// Names: what processes, threads and objects are called in sentences: as their program named them,
// and told apart where two have the same name.
#pragma once

#include "analysis/text.hpp"
#include "model/model.hpp"

#include <map>
#include <string>
#include <string_view>

namespace inspector::analysis {

// The slot in which a process's first thread lives.
inline constexpr std::uint16_t kMainSlot = 0;

// A view: the model must outlive it and stand still.
class Names {
 public:
  explicit Names(const model::Model& model);

  // "worker-1", "worker-1 (pid 4711)" when another process is called the same, "pid 4711" without a
  // name.
  [[nodiscard]] std::string process(model::Puid puid) const;
  // The process's name for its main thread, else "worker-1, thread feeder".
  [[nodiscard]] std::string thread(model::ThreadKey key) const;
  // "results", "results (store.cpp:41)" when another of its kind is called the same, "#3" without a
  // name.
  [[nodiscard]] std::string object(model::ObjectId id) const;
  // "lock", "queue", "object": the kind as a word in a sentence.
  [[nodiscard]] std::string kind_word(model::ObjectId id) const;

  [[nodiscard]] Text say(model::Puid puid) const {
    if (puid == model::kInspector) return Text(process(puid));
    return Text() << Span{process(puid), Subject::of(puid)};
  }
  [[nodiscard]] Text say(model::ThreadKey key) const {
    return Text() << Span{thread(key), Subject::of(key)};
  }
  // "lock results", of which the name is the chip.
  [[nodiscard]] Text say_object(model::ObjectId id) const;
  // What makes it ready for mp::wait: "data on connection a", "an item of queue b", "a client at
  // listener c".
  [[nodiscard]] Text say_readiness(model::ObjectId id) const;

 private:
  const model::Model& model_;
  std::map<std::string, int, std::less<>> process_names_;
  std::map<std::pair<wire::ObjectKind, std::string>, int> object_names_;
};

}  // namespace inspector::analysis
