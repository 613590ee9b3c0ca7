// Phrases: what a thread waits for and how a process ended, in words that fit into sentences.
#pragma once

#include "analysis/names.hpp"

namespace inspector::analysis {

// After a name: "waits for lock results", "waits for room in queue jobs", "waits for Worker-1 to
// end".
Text wait_phrase(const Names& names, const model::Thread& thread);
// The same as of a wait that is over: "waited for lock results".
Text past_wait_phrase(const Names& names, const model::Wait& wait);

// After a name: "was killed by SIGKILL", "ended with exit code 3", "ended", "vanished". Nothing
// while it lives.
Text end_phrase(const Names& names, const model::Process& process);

// What its threads hold; of the dead, what they held at the end, also if it was recovered since.
std::vector<model::ObjectId> held_by(const model::Model& model, model::Puid process);
// The same in words: "lock A", "lock A and lock B". Empty text: nothing.
Text held_phrase(const model::Model& model, const Names& names, model::Puid process);

// " while it held lock A, waiting for lock B and doing “hash a.bin”" as far as it applies.
Text last_deed(const model::Model& model, const Names& names, const model::Process& process);

// Its end was asked for with terminate() or kill() by someone in the tree.
bool end_was_asked_for(const model::Process& process);

// The waits that the death of the process cut short.
std::vector<const model::Wait*> waits_cut_by_death(const model::Model& model,
                                                   const model::Process& process);

std::string quoted(const std::string& words);  // “words”

}  // namespace inspector::analysis
