// The blocks of the detail panel for each kind of entity. Each fills title, state, facts,
// relations, plots, provenance and ids; detail.cpp adds what is the same for all.
#pragma once

#include "present/detail.hpp"
#include "present/look.hpp"

namespace inspector::present {

// Of the session as a whole: what is there to see when nothing is selected.
void describe_session(const Look&, DetailVm&);
void describe_process(const Look&, const model::Process&, DetailVm&);
void describe_thread(const Look&, const model::Thread&, DetailVm&);
void describe_queue(const Look&, const model::Object&, const model::Queue&, DetailVm&);
void describe_lock(const Look&, const model::Object&, const model::Lock&, DetailVm&);
void describe_block(const Look&, const model::Object&, DetailVm&);
// What describe_object() says of these two.
void describe_connection(const Look&, const model::Object& end, DetailVm&);
void describe_listener(const Look&, const model::Object&, DetailVm&);
void describe_object(const Look&, const model::Object&, DetailVm&);
// An item of a queue, or what went through a connection; see messages.hpp.
void describe_message(const Look&, EntityRef, DetailVm&);
void describe_alarm(const Look&, const analysis::Finding&, DetailVm&);

// At most `limit` chips, then "and 12 more". Nothing without chips.
void add_relation(DetailVm&, std::string label, std::vector<Chip> chips, std::size_t limit = 8);

}  // namespace inspector::present
