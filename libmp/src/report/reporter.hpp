// Reporter: tells an inspector what happens in one process tree, over a libmp Connection, until the tree has ended.
#pragma once

#include <libmp/connection.hpp>

#include <chrono>
#include <cstdint>

#include "report/tree_reader.hpp"

namespace mp::report {

struct ReporterOptions {
  std::chrono::milliseconds busy_interval{15};  // while something happens
  std::chrono::milliseconds idle_interval{60};  // after a second in which nothing did
};

class Reporter {
 public:
  Reporter(TreeReader tree, Connection inspector, ReporterOptions options = {});

  // Blocks until the tree has ended (a Bye is sent) or the inspector has gone. A slow inspector slows nothing but this:
  // the rings of the program overwrite what was not read, and the loss is counted.
  void run();

 private:
  bool wait_for_tree();
  void send(const wire::Batch& batch);
  void send_frame(const wire::Frame& frame);
  bool take_orders(std::chrono::milliseconds timeout);

  TreeReader tree_;
  Connection inspector_;
  ReporterOptions options_;
  std::uint64_t sent_ = 0;  // events
};

}  // namespace mp::report
