// Watch: one session with all that is found in it, and its recording if there is one.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "analysis/finding_log.hpp"
#include "base/result.hpp"
#include "session/session.hpp"
#include "store/file_chunks.hpp"
#include "store/recorder.hpp"

namespace inspector::app {

class Watch {
 public:
  explicit Watch(std::unique_ptr<session::EventSource> source);
  // Looks at the whole recording once, for the findings.
  static mp::Result<std::unique_ptr<Watch>> open(const std::string& path);

  [[nodiscard]] session::Session& session() noexcept { return session_; }
  [[nodiscard]] const analysis::FindingLog& findings() const noexcept { return findings_; }
  // With what has come since the log looked last: the final word on a session that has ended.
  [[nodiscard]] std::vector<analysis::Finding> findings_up_to_now();

  // Takes what has come; true if there was anything.
  bool pump();

  // Records from now on, beginning with what is still in memory; an earlier recording of that name is replaced.
  // Failure: the file cannot be made.
  mp::Result<void> record_to(const std::string& path);
  // Null: not recording.
  [[nodiscard]] store::Recorder* recorder() noexcept { return recorder_.get(); }
  // Closes the file. Failure: what went wrong while it was written.
  mp::Result<void> stop_recording();

  // For recordings: whether it was closed in good order, its file, when it was made.
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] bool complete() const noexcept { return complete_; }
  [[nodiscard]] std::string name() const;

 private:
  Watch(std::unique_ptr<store::FileChunks> recording, std::string path);
  void tell_hello();

  bool complete_ = true;
  std::string path_;
  analysis::FindingLog findings_;
  std::unique_ptr<store::Recorder> recorder_;
  bool hello_told_ = false;
  session::Session session_;
};

}  // namespace inspector::app
