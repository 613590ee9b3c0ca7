#include "app/report_command.hpp"

#include "app/complaint.hpp"
#include "present/report.hpp"

#include <cstdio>
#include <ctime>
#include <fstream>
#include <iostream>

#include <fmt/format.h>

namespace inspector::app {
namespace {

constexpr int kFound = 1;

std::string wall_time(std::uint64_t realtime_ns) {
  if (realtime_ns == 0) return {};
  const auto seconds = static_cast<std::time_t>(realtime_ns / 1'000'000'000u);
  std::tm local{};
  ::localtime_r(&seconds, &local);
  char text[32];
  return std::string(text, std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &local));
}

}  // namespace

std::string report_of(Watch& watch, const std::string& format) {
  present::ReportFacts facts;
  facts.file = watch.path();
  facts.complete = watch.complete();
  if (const auto hello = watch.session().hello()) {
    facts.program = hello->program;
    facts.command_line = hello->command_line;
    facts.host = hello->host;
    facts.recorded_at = wall_time(hello->realtime_ns);
  }
  const auto findings = watch.findings().findings();
  const model::Model& model = watch.session().newest();
  return format == "json" ? present::report_json(model, findings, facts)
                          : present::report_text(model, findings, facts);
}

int run_report(const ReportOptions& options) {
  const auto rules = analysis::parse_rules(options.fail_on);
  if (!rules.ok()) return complain("--fail-on: " + rules.failure().text);
  auto opened = Watch::open(options.file);
  if (!opened.ok()) return complain(opened.failure());
  Watch& watch = *opened.value();
  const std::string text = report_of(watch, options.format);
  if (options.output.empty()) {
    std::cout << text << std::flush;
  } else {
    std::ofstream file(options.output);
    if (!(file << text << std::flush)) return complain(options.output + ": cannot be written");
  }
  const auto found = present::rules_found(watch.findings().findings(), rules.value());
  if (found.empty()) return 0;
  fmt::print(stderr, "mp-inspector: found what must not be: {}\n", fmt::join(found, ", "));
  return kFound;
}

}  // namespace inspector::app
