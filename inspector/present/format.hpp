// Numbers and moments as the window shows them. Sentences share analysis/words.hpp.
#pragma once

#include "analysis/words.hpp"
#include "present/entity.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace inspector::present {

using analysis::bytes_text;
using analysis::capitalized;
using analysis::count_text;
using analysis::duration_text;
using analysis::list_text;
using analysis::plural;

// 00:12:31.4: how long something has run. Hours are not limited to two digits.
std::string clock_text(std::int64_t ns);

// 12:04:31.250 of the day (UTC) when the session knows wall time, else +31.250 s since `begin`.
std::string moment_text(Moment moment, std::int64_t wall_at_zero, Moment begin);

// -1.250 s, +340 ms, now.
std::string relative_text(std::int64_t ns);

// A label of a time axis whose labels are `step_seconds` apart: 0 s, 1.5 s, 2:30, 1:02:00.
std::string axis_time_text(std::int64_t ns, double step_seconds);

// 83 %, <1 %, 0 %.
std::string percent_text(double fraction);

// 0.4 /s, 210 /s, 1.2 k/s, as the lists show rates.
std::string list_rate_text(double per_second);

// 58, 1.2 k, 4 M: for axes.
std::string short_number(double value);

// "3 min ago", "2 h ago", "just now".
std::string ago_text(std::int64_t ns);

// True when every word of `needle` occurs in `text`, whatever the case. An empty needle matches.
bool matches(std::string_view text, std::string_view needle);

// Natural order: worker-2 before worker-10.
bool natural_less(std::string_view a, std::string_view b);

}  // namespace inspector::present
