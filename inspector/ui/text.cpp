#include "ui/widgets.hpp"

#include <algorithm>
#include <cfloat>

#include <imgui_internal.h>

namespace inspector::ui {
namespace {

constexpr std::string_view kEllipsis = "\xe2\x80\xa6";

const char* end_of(std::string_view text) { return text.data() + text.size(); }

// How many bytes of `text` fit into `width`, never cutting a UTF-8 character.
std::size_t fitting(ImFont* font, std::string_view text, float width) {
  const char* rest = nullptr;
  font->CalcTextSizeA(font->FontSize, width, 0.0F, text.data(), end_of(text), &rest);
  return static_cast<std::size_t>(rest - text.data());
}

// Lays words and chips out in lines; draws nothing on a dry run.
class Flow {
 public:
  Flow(Context& context, Face face, ImVec2 at, float width, bool has_chips)
      : context_(context), face_(face), at_(at), width_(std::max(width, context.px(40))) {
    text_height_ = context.fonts[face]->FontSize;
    line_ = std::max(text_height_ * 1.45F, has_chips ? context.px(metric::kChip + 5) : 0.0F);
    space_ = measure(context, face, " ").x;
  }

  void words(std::string_view text, ImU32 colour) {
    while (!text.empty()) {
      if (text.front() == ' ') {
        pending_space_ = true;
        text.remove_prefix(1);
        continue;
      }
      const std::string_view word = text.substr(0, text.find(' '));
      text.remove_prefix(word.size());
      const float wide = measure(context_, face_, word).x;
      place(wide);
      put(context_, ImVec2(at_.x + x_, at_.y + y_ + (line_ - text_height_) / 2), face_, colour,
          word, width_);
      x_ += std::min(wide, width_);
    }
  }

  void chip(const Path& path, const present::Chip& chip) {
    const float wide = std::min(chip_width(context_, chip), width_);
    place(wide);
    chip_at(context_, path,
            ImVec2(at_.x + x_, at_.y + y_ + (line_ - context_.px(metric::kChip)) / 2), chip,
            width_);
    x_ += wide;
  }

  float height() const { return y_ + line_; }

 private:
  void place(float wide) {
    const float gap = pending_space_ && x_ > 0 ? space_ : 0.0F;
    pending_space_ = false;
    if (x_ > 0 && x_ + gap + wide > width_) {
      x_ = 0;
      y_ += line_;
    } else {
      x_ += gap;
    }
  }

  Context& context_;
  Face face_;
  ImVec2 at_;
  float width_;
  float text_height_;
  float line_;
  float space_;
  float x_ = 0;
  float y_ = 0;
  bool pending_space_ = false;
};

float or_rest(float width) { return width > 0 ? width : ImGui::GetContentRegionAvail().x; }

}  // namespace

ImVec2 measure(const Context& context, Face face, std::string_view text) {
  ImFont* font = context.fonts[face];
  return font->CalcTextSizeA(font->FontSize, FLT_MAX, 0.0F, text.data(), end_of(text));
}

float put(const Context& context, ImVec2 at, Face face, ImU32 colour, std::string_view text,
          float width) {
  ImFont* font = context.fonts[face];
  ImDrawList* list = ImGui::GetWindowDrawList();
  const ImVec2 place(IM_FLOOR(at.x + 0.5F), IM_FLOOR(at.y + 0.5F));
  const float wide = measure(context, face, text).x;
  if (wide <= width) {
    list->AddText(font, font->FontSize, place, colour, text.data(), end_of(text));
    return wide;
  }
  const float dots = measure(context, face, kEllipsis).x;
  const std::size_t count = width > dots ? fitting(font, text, width - dots) : 0;
  const float used = measure(context, face, text.substr(0, count)).x;
  list->AddText(font, font->FontSize, place, colour, text.data(), text.data() + count);
  if (width >= dots) {
    list->AddText(font, font->FontSize, ImVec2(place.x + used, place.y), colour, kEllipsis.data(),
                  end_of(kEllipsis));
  }
  return std::min(width, used + dots);
}

void put_in(const Context& context, Rect box, Face face, ImU32 colour, std::string_view text,
            Align align) {
  const ImVec2 size = measure(context, face, text);
  const float spare = std::max(0.0F, box.width() - size.x);
  const float x = box.low.x + (align == Align::Left     ? 0.0F
                               : align == Align::Center ? spare / 2
                                                        : spare);
  put(context, ImVec2(x, box.low.y + (box.height() - size.y) / 2), face, colour, text, box.width());
}

void text(Context& context, Face face, ImU32 colour, std::string_view text) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const ImVec2 size = measure(context, face, text);
  put(context, at, face, colour, text);
  ImGui::Dummy(size);
}

void label(Context& context, const Path& path, Face face, ImU32 colour, std::string_view words) {
  text(context, face, colour, words);
  context.registry.add(path, ImGui::GetItemRectMin(), ImGui::GetItemRectMax(), false,
                       ImGui::IsItemVisible(), true, words);
}

void paragraph(Context& context, Face face, ImU32 colour, std::string_view words, float width) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  Flow flow(context, face, at, or_rest(width), false);
  flow.words(words, colour);
  ImGui::Dummy(ImVec2(or_rest(width), flow.height()));
}

void centered(Context& context, Face face, ImU32 colour, std::string_view words, float width) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float line = context.fonts[face]->FontSize * 1.45F;
  float y = at.y;
  while (!words.empty()) {
    std::size_t end = words.size();
    while (end > 0 && measure(context, face, words.substr(0, end)).x > width) {
      const std::size_t space = words.substr(0, end).rfind(' ');
      if (space == std::string_view::npos || space == 0) break;
      end = space;
    }
    put_in(context, {ImVec2(at.x, y), ImVec2(at.x + width, y + line)}, face, colour,
           words.substr(0, end), Align::Center);
    words.remove_prefix(std::min(words.size(), end + 1));
    y += line;
  }
  ImGui::Dummy(ImVec2(width, y - at.y));
}

void sentence(Context& context, const Path& path, const present::Sentence& runs, Face face,
              float width) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const bool has_chips =
      std::any_of(runs.begin(), runs.end(), [](const auto& run) { return bool(run.ref); });
  const std::string name = path.text();
  Flow flow(context, face, at, or_rest(width), has_chips);
  for (const present::TextRun& run : runs) {
    if (run.ref) {
      flow.chip(Path(name, "/", run.text), present::Chip{run.ref, run.text, run.tone, {}});
    } else {
      const bool plain_tone = run.tone == present::Tone::Neutral;
      flow.words(run.text, plain_tone ? context.theme.text : context.theme.tone(run.tone));
    }
  }
  ImGui::Dummy(ImVec2(or_rest(width), flow.height()));
  if (context.registry.recording()) {
    context.registry.add(name, at, ImGui::GetItemRectMax(), false, ImGui::IsItemVisible(), true,
                         plain(runs));
  }
}

std::string plain(const present::Sentence& runs) {
  std::string all;
  for (const present::TextRun& run : runs) all += run.text;
  return all;
}

}  // namespace inspector::ui
