// Blocks of a hostile recording: chunks and checkpoints as they lie in its tables. The input is one
// row: a byte (bit 0: checkpoint, bit 1: compressed), the noted size as u32, the data. The checksum
// is always right: it is no defence.
#include "model/model.hpp"
#include "store/packed.hpp"
#include "store/schema.hpp"
#include "wire/bytes.hpp"
#include "wire/columns.hpp"
#include "wire/crc32c.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

using inspector::model::Model;
namespace store = inspector::store;

constexpr std::size_t kMaxRaw = 1U << 20;  // enough to go wrong, and quick

void check(bool holds) {
  if (!holds) std::abort();
}

void use(Model& model) {
  // Any state that was accepted can be listed, folded on and written.
  check(model.processes().in_tree_order().size() == model.processes().rows().size());
  for (const auto& [id, lock] : model.locks().rows()) (void)model.threads().waiting_on(id);
  mp::wire::Batch batch;
  for (std::uint16_t kind = 0; kind < 100; ++kind) {
    batch.add({.t_ns = kind,
               .process = 1,
               .a = 2,
               .object = 1,
               .c = 3,
               .kind = static_cast<mp::wire::EventKind>(kind),
               .thread = 0});
  }
  model.apply(batch);
  check(Model::deserialize(model.serialize()).ok());
}

void checkpoint(std::string_view raw) {
  auto model = Model::deserialize(raw);
  if (model.ok()) use(model.value());
}

void chunk(std::string_view raw) {
  const auto batch = mp::wire::read_columns(raw, store::kChunkEvents);
  if (!batch.ok()) return;
  Model model;
  model.apply(batch.value());
  use(model);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  mp::wire::ByteReader in(std::string_view(reinterpret_cast<const char*>(data), size));
  const auto form = in.le<std::uint8_t>();
  const auto noted = in.le<std::uint32_t>();
  if (!in.ok()) return 0;
  const std::string_view bytes = in.take(in.left());
  const auto raw = store::unpack((form >> 1) & 1U, noted, mp::wire::crc32c(bytes), bytes, kMaxRaw);
  if (!raw.ok()) return 0;
  check(raw.value().size() == noted);
  (form & 1U) != 0 ? checkpoint(raw.value()) : chunk(raw.value());
  return 0;
}
