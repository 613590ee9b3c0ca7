#include "ledger.hpp"

#include <fstream>
#include <iterator>
#include <sstream>

namespace pipeline {
namespace {

namespace fs = std::filesystem;

void append(const fs::path& file, const std::string& text) {
  std::ofstream out(file, std::ios::app | std::ios::binary);
  out << text << std::flush;
  if (!out)
    throw fs::filesystem_error("cannot write", file, std::make_error_code(std::errc::io_error));
}

Entry parse_line(const std::string& line) {
  std::istringstream in(line);
  Entry entry;
  std::string kind;
  std::getline(in, entry.file, '\t');
  std::getline(in, kind, '\t');
  in >> entry.bytes >> entry.packed;
  entry.is_copy = kind == "copy";
  return entry;
}

}  // namespace

bool Index::add(int pass, std::uint64_t checksum) const {
  const fs::path file = file_.string() + "-" + std::to_string(pass);
  {
    std::ifstream in(file);
    for (std::uint64_t known = 0; in >> known;) {
      if (known == checksum) return false;
    }
  }
  append(file, std::to_string(checksum) + "\n");
  return true;
}

void Ledger::begin(const Entry& entry) const {
  append(file_, entry.file + (entry.is_copy ? "\tcopy\t" : "\tnew\t"));
}

void Ledger::finish(const Entry& entry) const {
  append(file_, std::to_string(entry.bytes) + "\t" + std::to_string(entry.packed) + "\n");
}

std::optional<Entry> Ledger::repair() const {
  std::ifstream in(file_, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const std::size_t whole = text.rfind('\n') + 1;  // 0 when there is no whole line
  if (whole == text.size()) return std::nullopt;
  fs::resize_file(file_, whole);
  return parse_line(text.substr(whole));
}

std::vector<Entry> Ledger::entries() const {
  std::vector<Entry> entries;
  std::ifstream in(file_);
  for (std::string line; std::getline(in, line);) entries.push_back(parse_line(line));
  return entries;
}

std::chrono::milliseconds Ledger::age() const {
  const auto age = fs::file_time_type::clock::now() - fs::last_write_time(file_);
  return std::chrono::duration_cast<std::chrono::milliseconds>(age);
}

}  // namespace pipeline
