// Live files of processes that ended badly stay for whoever asks what happened. They are memory: a
// program that dies every minute, or a parent that kills each of its workers, would fill the
// machine. So only the newest stay.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace mp::probe {

inline constexpr std::size_t kTreesKept = 32;     // of which no process lives
inline constexpr std::size_t kChildrenKept = 64;  // of one parent that lives

// Called by a tree that is about to begin. Looks only when there are twice as many directories as
// stay; removes the oldest whose processes are all gone, none that was touched in the last 10 s.
// Two at once do no harm.
void forget_old_trees(const std::string& runtime_dir) noexcept;

// A child has been reaped whose file is still there: in exchange, the file of one long before it
// goes. Files that somebody watches are left to the watcher. Threads: any.
void keep_file_of_child(std::string_view tree_dir, std::uint64_t puid, bool as_asked) noexcept;
// The parent itself ends well: those that ended as it asked leave nothing to ask about.
void remove_files_of_ended(std::string_view tree_dir) noexcept;
// In a forked child: they are its parent's.
void forget_kept_files() noexcept;

}  // namespace mp::probe
