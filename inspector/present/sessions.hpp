// Sessions: the first thing a user sees. How to connect, what runs, what was recorded.
#pragma once

#include "present/facts.hpp"
#include "present/parts.hpp"
#include "present/view_state.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace inspector::present {

struct SessionsVm {
  std::string headline;  // "Watch a program"
  struct Address {
    std::string text;
    Tone tone = Tone::Ok;
  };
  std::vector<Address> listening;
  std::string command;  // "MP_INSPECT=1 ./your_program"
  std::string note;     // "nothing connected yet"
  std::string problem;  // why nobody can connect; empty: they can

  struct Running {
    std::uint64_t id = 0;  // for Attach
    std::string name;
    std::string pid;
    std::string age;    // "started 3 min ago"
    std::string state;  // "41 processes, 3 threads waiting"
    Tone tone = Tone::Running;
    bool attached = false;
    std::string obstacle;  // greys the button and says why
    std::string command;   // tooltip: the command line
  };
  std::vector<Running> running;
  std::string running_empty;

  struct Recoverable {
    std::string path;
    std::string text;  // "crunch (41 processes) died 3 min ago"
  };
  std::vector<Recoverable> recoverable;  // the latest few
  std::string recoverable_more;          // "and 12 that died before"; empty: that is all

  struct Recording {
    std::string path;
    std::string name;
    std::string when;  // "today 14:02"
    std::string duration;
    std::string size;
    std::vector<Badge> badges;
    std::string obstacle;
  };
  std::vector<Recording> recordings;
  std::string recordings_empty;

  struct Demo {
    std::string id;
    std::string name;
    std::string text;
    Tone tone = Tone::Info;
    bool available = true;
  };
  std::vector<Demo> demos;
};

SessionsVm build_sessions(const MachineFacts&, const SessionFacts&, const ViewState&);

}  // namespace inspector::present
