// Machine: what is around the sessions: programs that run, files of those that died, recordings, demos.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "present/facts.hpp"
#include "report/tree_reader.hpp"

namespace inspector::app {

// Looks again at most once a second: a look reads directories and some files of /proc.
class Machine {
 public:
  // `recordings`: the folder where recordings without a path of their own are kept.
  explicit Machine(std::string recordings);

  void look(std::uint64_t now_ns);
  [[nodiscard]] const present::MachineFacts& facts() const noexcept { return facts_; }
  present::MachineFacts& facts() noexcept { return facts_; }

  // The directory of the tree that an id of facts().running stands for; empty if it has gone.
  [[nodiscard]] std::string tree_of(std::uint64_t running) const;
  // The program of the demos; empty if it is not installed beside this one.
  [[nodiscard]] static std::string demo_program();
  [[nodiscard]] static std::string recordings_folder();

 private:
  void look_at_trees(std::uint64_t now_ns);
  void look_at_recordings();

  std::string recordings_;
  present::MachineFacts facts_;
  std::map<std::uint64_t, std::string> trees_;
  std::uint64_t looked_ns_ = 0;
};

}  // namespace inspector::app
