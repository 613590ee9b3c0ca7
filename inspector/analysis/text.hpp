// Text: a sentence in which the things it is about can be found again, to be made clickable.
#pragma once

#include "model/ids.hpp"

#include <compare>
#include <string>
#include <utility>
#include <vector>

namespace inspector::analysis {

// Who or what a finding is about.
struct Subject {
  enum class Kind : std::uint8_t { None, Process, Thread, Object };

  Kind kind = Kind::None;
  model::ThreadKey thread;  // Process: thread.process
  model::ObjectId object = 0;

  static Subject of(model::Puid process) { return {Kind::Process, {process, {}}, 0}; }
  static Subject of(model::ThreadKey thread) { return {Kind::Thread, thread, 0}; }
  static Subject of_object(model::ObjectId object) { return {Kind::Object, {}, object}; }

  auto operator<=>(const Subject&) const = default;
};

struct Span {
  std::string text;
  Subject subject{};
  bool operator==(const Span&) const = default;
};

class Text {
 public:
  Text() = default;
  Text(std::string words) { *this << std::move(words); }
  Text(const char* words) { *this << std::string(words); }

  Text& operator<<(std::string words) {
    if (words.empty()) return *this;
    if (!spans_.empty() && spans_.back().subject.kind == Subject::Kind::None) {
      spans_.back().text += words;
    } else {
      spans_.push_back({std::move(words), {}});
    }
    return *this;
  }
  Text& operator<<(const char* words) { return *this << std::string(words); }
  Text& operator<<(Span span) {
    spans_.push_back(std::move(span));
    return *this;
  }
  Text& operator<<(const Text& other) {
    for (const Span& span : other.spans_) {
      if (span.subject.kind == Subject::Kind::None) {
        *this << span.text;
      } else {
        *this << span;
      }
    }
    return *this;
  }

  [[nodiscard]] const std::vector<Span>& spans() const noexcept { return spans_; }
  [[nodiscard]] bool empty() const noexcept { return spans_.empty(); }
  [[nodiscard]] std::string plain() const {
    std::string all;
    for (const Span& span : spans_) all += span.text;
    return all;
  }
  bool operator==(const Text&) const = default;

 private:
  std::vector<Span> spans_;
};

// "A", "A, B and C", beyond `limit` "A, B and 5 more", with the subjects kept; or with another word
// than "and".
Text join_texts(const std::vector<Text>& items, std::size_t limit = 6, const char* word = "and");

}  // namespace inspector::analysis
