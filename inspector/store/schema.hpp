// The file format of recordings (*.mpr): a SQLite database. What its tables say:
// inspector/README.md.
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include <SQLiteCpp/Database.h>

namespace inspector::store {

inline constexpr std::uint32_t kApplicationId = 0x4d505231;  // "MPR1"
inline constexpr std::uint32_t kSchemaVersion = 1;
inline constexpr std::size_t kChunkEvents = 4096;
inline constexpr std::size_t kMaxChunkBytes = 16U << 20;
inline constexpr std::size_t kMaxCheckpointBytes = 64U << 20;

using DatabasePtr = std::unique_ptr<SQLite::Database>;

// A fresh file for writing. An earlier recording of that name is replaced, anything else refused.
mp::Result<DatabasePtr> create_database(const std::filesystem::path& path);

// For reading only. Refuses, in one sentence, what is not a whole recording of a version that this
// program knows.
mp::Result<DatabasePtr> open_database(const std::filesystem::path& path);

// Writes everything into the one file, so that it can be copied and read anywhere.
void finish_database(SQLite::Database& db);

}  // namespace inspector::store
