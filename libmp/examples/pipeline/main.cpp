// The tutorial of the library as a program: processes, queues, locks, a pipe, and what happens when
// things go wrong. Start reading here; crew.cpp has what the processes do.
#include "crew.hpp"
#include "folder.hpp"
#include "options.hpp"
#include <libmp/libmp.hpp>

#include <iostream>
#include <map>
#include <string>
#include <vector>

namespace {

using pipeline::Line;
using pipeline::say;

// How each child ended, if it did not end well.
void report_end(const mp::Process& process) {
  const int code = process.exitcode().value_or(0);
  if (code < 0) say("main: " + process.name() + " was ended by signal " + std::to_string(-code));
  if (code > 0) say("main: " + process.name() + " failed with exit code " + std::to_string(code));
}

// Joins all; false if some still run when the time is over.
bool join_all(std::vector<mp::Process>& crew, mp::Timeout timeout) {
  for (mp::Process& process : crew) {
    if (!process.join(timeout)) return false;
    report_end(process);
  }
  return true;
}

// Whether each file was counted equally often, and once per round.
bool is_complete(const Line& line) {
  std::map<std::string, int> counted;
  const auto entries = line.ledger.entries();
  for (const auto& entry : entries) ++counted[entry.file];
  const auto files = pipeline::list_files(line.options.folder);
  const std::size_t rounds = files.empty() ? 0 : entries.size() / files.size();
  for (const auto& file : files) {
    if (counted[file.string()] != static_cast<int>(rounds)) return false;
  }
  return entries.size() == rounds * files.size() && (files.empty() || rounds > 0);
}

void show_totals(const Line& line) {
  std::uint64_t bytes = 0;
  std::uint64_t packed = 0;
  int copies = 0;
  const auto entries = line.ledger.entries();
  for (const auto& entry : entries) {
    bytes += entry.bytes;
    packed += entry.packed;
    copies += entry.is_copy ? 1 : 0;
  }
  say("main: " + std::to_string(entries.size()) + " files, " + std::to_string(copies) +
      " of them copies; " + std::to_string(bytes) + " bytes would take " + std::to_string(packed));
}

int run(const pipeline::Options& options, const std::filesystem::path& scratch) {
  Line line{.options = options,
            .known = pipeline::Index(scratch / "index"),
            .ledger = pipeline::Ledger(scratch / "ledger")};

  auto [listening, speaking] = mp::Pipe(false);
  mp::Process reader({.name = "reader"}, pipeline::read_folder, line, std::move(speaking));
  mp::Process collector({.name = "collector"}, pipeline::collect, line, std::move(listening));
  std::vector<mp::Process> workers;
  for (int i = 1; i <= options.workers; ++i) {
    workers.emplace_back(mp::ProcessOptions{.name = "worker-" + std::to_string(i)}, pipeline::work,
                         line, i);
  }
  reader.start();
  collector.start();
  for (mp::Process& worker : workers) worker.start();

  const bool may_hang = options.mode == pipeline::Mode::Deadlock && options.run.has_value();
  if (!join_all(workers, may_hang ? mp::Timeout(*options.run) : mp::Timeout::never())) {
    say("main: given up: the workers hang");
    for (mp::Process& child : mp::active_children()) child.terminate();
    return 1;
  }
  reader.join();
  line.results.put({});  // no worker is left: this is the last one
  collector.join();

  show_totals(line);
  const bool complete = is_complete(line);
  say(complete ? "main: every file was counted once" : "main: the totals are wrong");
  return complete ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const pipeline::Parsed parsed = pipeline::parse(argc, argv);
  if (!parsed.options) {
    (parsed.exit_code == 0 ? std::cout : std::cerr) << parsed.text;
    return parsed.exit_code;
  }
  pipeline::Options options = *parsed.options;
  const pipeline::ScratchFolder scratch;
  if (options.folder.empty()) {
    options.folder = scratch.path() / "files";
    std::filesystem::create_directory(options.folder);
    pipeline::make_up_files(options.folder, options.files, options.file_bytes);
  }
  try {
    return run(options, scratch.path());
  } catch (const std::exception& error) {
    std::cerr << "pipeline: " << error.what() << '\n';
    return 1;
  }
}
