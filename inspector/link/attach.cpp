#include "link/attach.hpp"

#include "report/reporter.hpp"

namespace inspector::link {
namespace {

// Owns both ends. Closing the reading end makes the reporter's next frame fail, and it leaves.
class AttachedSource final : public session::EventSource {
 public:
  AttachedSource(mp::report::TreeReader tree, std::pair<mp::Connection, mp::Connection> ends, std::string about)
      : source_(std::make_unique<LiveSource>(std::move(ends.first), std::move(about))),
        reporter_([tree = std::move(tree), inspector = std::move(ends.second)]() mutable {
          mp::report::Reporter(std::move(tree), std::move(inspector)).run();
        }) {}
  ~AttachedSource() override {
    source_.reset();
    reporter_.join();
  }
  AttachedSource(const AttachedSource&) = delete;
  AttachedSource& operator=(const AttachedSource&) = delete;

  std::vector<session::BatchPtr> take() override { return source_->take(); }
  [[nodiscard]] session::SourceState state() const override { return source_->state(); }
  [[nodiscard]] std::string trouble() const override { return source_->trouble(); }
  [[nodiscard]] session::Capabilities capabilities() const override { return source_->capabilities(); }
  [[nodiscard]] std::optional<mp::wire::HelloFrame> hello() const override { return source_->hello(); }
  void set_level(std::uint32_t level) override { source_->set_level(level); }

 private:
  std::unique_ptr<LiveSource> source_;
  std::thread reporter_;
};

}  // namespace

std::unique_ptr<session::EventSource> attach(const std::string& tree_dir, std::uint32_t level) {
  mp::report::TreeReader tree(tree_dir);
  tree.set_level(level);
  return std::make_unique<AttachedSource>(std::move(tree), mp::Pipe(), tree_dir);
}

}  // namespace inspector::link
