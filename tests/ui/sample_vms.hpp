// Hand-made view-models: a window full of something to look at without a program, a model or a
// clock.
#pragma once

#include "present/vms.hpp"

namespace uitest {

struct Scene {
  inspector::present::Vms vms;
  inspector::present::ViewState view;
};

Scene first_launch();    // nothing connected, nothing recorded
Scene at_home();         // nothing connected; running programs, recordings, demos
Scene waiting_for_it();  // a session is open, nothing has come yet
Scene healthy();         // everything is fine
Scene deadlock();        // two workers, two locks, one dead worker, one full queue
Scene in_the_past();     // the deadlock, scrubbed back 12.4 s
Scene conversation();    // questions and answers over a connection, as messages
// Many processes, queues and locks, with names as long as people make them.
Scene crowded(int processes = 300);

}  // namespace uitest
