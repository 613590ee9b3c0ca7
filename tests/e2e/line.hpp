// Line: runs mp-inspector and the pipeline demo as a user would, in a home and runtime directory of its own.
#pragma once

#include <sqlite3.h>
#include <stdlib.h>

#include <chrono>
#include <string>
#include <vector>

#include "support/child_scope.hpp"
#include "support/temp_dir.hpp"

namespace e2e {

class Line {
 public:
  Line() {
    std::filesystem::create_directory(dir_ / "run");
    std::filesystem::permissions(dir_ / "run", std::filesystem::perms::owner_all);
    ::setenv("XDG_RUNTIME_DIR", (dir_ / "run").c_str(), 1);
    ::setenv("XDG_DATA_HOME", (dir_ / "data").c_str(), 1);
    ::setenv("XDG_CONFIG_HOME", (dir_ / "config").c_str(), 1);
    ::unsetenv("MP_INSPECT");
  }

  std::string file(std::string_view name) const { return (dir_ / name).string(); }

  static std::vector<std::string> inspector(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), MP_INSPECTOR_PROGRAM);
    return arguments;
  }

  support::ChildEnd record(const std::string& output, std::vector<std::string> pipeline_arguments,
                           std::vector<std::string> record_arguments = {}) const {
    std::vector<std::string> command = inspector({"record", "-o", output});
    command.insert(command.end(), record_arguments.begin(), record_arguments.end());
    command.insert(command.end(), {"--", MP_PIPELINE_PROGRAM});
    command.insert(command.end(), pipeline_arguments.begin(), pipeline_arguments.end());
    return support::run_command(command, std::chrono::seconds(60));
  }

  support::ChildEnd report(const std::string& file, std::vector<std::string> arguments = {}) const {
    std::vector<std::string> command = inspector({"report", file});
    command.insert(command.end(), arguments.begin(), arguments.end());
    return support::run_command(command, std::chrono::seconds(60));
  }

  // The rows of a query through plain SQLite, opened as its shell opens a file; columns joined by '|'. The text of the
  // error if there is one.
  static std::vector<std::string> query(const std::string& file, const std::string& sql) {
    std::vector<std::string> rows;
    sqlite3* db = nullptr;
    if (::sqlite3_open_v2(file.c_str(), &db, SQLITE_OPEN_READWRITE, nullptr) != SQLITE_OK) {
      rows.emplace_back(::sqlite3_errmsg(db));
      ::sqlite3_close(db);
      return rows;
    }
    const auto add_row = [](void* out, int columns, char** values, char**) {
      std::string row;
      for (int i = 0; i < columns; ++i) row.append(i == 0 ? "" : "|").append(values[i] != nullptr ? values[i] : "");
      static_cast<std::vector<std::string>*>(out)->push_back(row);
      return 0;
    };
    char* error = nullptr;
    if (::sqlite3_exec(db, sql.c_str(), add_row, &rows, &error) != SQLITE_OK) rows.emplace_back(error);
    ::sqlite3_free(error);
    ::sqlite3_close(db);
    return rows;
  }

 private:
  support::TempDir dir_;
};

}  // namespace e2e
