// TreeReader: follows all live files of one process tree and merges what they say into one stream, ordered by time.
// Used by the tree's helper process and by the inspector alike; it needs nothing of the program but its files.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "os/process_id.hpp"
#include "os/unique_fd.hpp"
#include "report/block_watch.hpp"
#include "report/live_reader.hpp"
#include "wire/event.hpp"
#include "wire/frame.hpp"

namespace mp::report {

struct TreeOptions {
  // Marks the live files as watched, so that they stay after an orderly exit until this reader has read them; when the
  // tree has ended, the files of processes that ended well are removed.
  bool watch = true;
};

class TreeReader {
 public:
  explicit TreeReader(std::string tree_dir, TreeOptions options = {});
  ~TreeReader();
  TreeReader(TreeReader&&) noexcept = default;
  TreeReader& operator=(TreeReader&&) = delete;
  TreeReader(const TreeReader&) = delete;
  TreeReader& operator=(const TreeReader&) = delete;

  // Everything that has become known since the last call, in the order of time; always ends with a Tick.
  [[nodiscard]] wire::Batch poll();

  // Whether every process that was ever seen has ended and all of it has been told. False while nothing was seen yet,
  // and for up to two seconds while a block of shared memory still has its name: its tracker is about to take it away.
  [[nodiscard]] bool finished() const noexcept;

  // Who this tree is, from its root's file; the zero puid while the root has not been seen.
  [[nodiscard]] wire::HelloFrame hello() const;

  // Records at this level from now on, in every process of the tree, also in those to come.
  void set_level(std::uint32_t level);

 private:
  struct Member {
    LiveReader reader;
    os::UniqueFd pidfd;  // invalid: the process was gone before we came
    bool dead = false;
    std::uint64_t next_sample_ns = 0;
  };

  void find_new_files();
  void look_for_deaths();
  [[nodiscard]] bool just_died(const std::string& name) const;
  void read_the_reaped(wire::Batch& page, wire::Batch& news, std::uint64_t page_ns);
  wire::Batch split_page(const wire::Batch& page, wire::Batch& news, std::uint64_t page_ns) const;
  void say_gone(Member& member, wire::Batch& into, std::uint64_t now_ns);
  void take_samples(wire::Batch& into, std::uint64_t now_ns);
  void merge(wire::Batch& news, std::uint64_t upto_ns, wire::Batch& out);
  void leave_files() noexcept;
  [[nodiscard]] bool all_dead() const noexcept;

  std::string dir_;
  TreeOptions options_;
  std::map<std::string, Member> members_;  // by file name
  std::set<std::string> refused_;          // files that are not live files
  std::vector<std::string> just_died_;
  BlockWatch blocks_;
  std::uint64_t all_dead_since_ns_ = 0;  // 0: some live, or none was seen
  wire::Batch later_;  // read already, but younger than the moment that the stream has reached
  std::uint64_t told_upto_ns_ = 0;
  std::uint32_t level_ = 0;  // 0 = as it is
};

// The trees that this user has on this host: directories with live files.
struct FoundTree {
  std::string dir;
  std::uint64_t root = 0;
  std::uint32_t root_pid = 0;
  std::string program;  // of the root; where its file is gone, of one of the others
  std::string command_line;
  std::uint64_t born_ns = 0;
  std::uint64_t last_sign_ns = 0;  // the latest moment at which one of them is known to have lived
  std::uint32_t alive = 0;  // processes
  std::uint32_t dead = 0;   // whose files are still there
  bool same_boot = true;
};
std::vector<FoundTree> find_trees();
// The tree that this process belongs to; empty dir when it is in none.
FoundTree find_tree_of(std::uint32_t pid);

}  // namespace mp::report
