// The benchmarks of mp-bench, each in its own file: what it is called, what it measures, how it is
// run.
#pragma once

#include <array>
#include <string_view>

void bench_codec();
void bench_levels();
void bench_listener();
void bench_lock();
void bench_many();
void bench_pipe();
void bench_queue();
void bench_start();
void bench_sync();
void bench_value();
namespace bench {
void bench_probe();
}

namespace bench {

struct Group {
  std::string_view name;
  std::string_view workloads;  // separated by blanks; those in CPython's names can be compared
  void (*run)();
  bool only_by_name = false;  // takes too long for a run of everything
};

// Starts come first: a fork copies what the others leave behind.
inline constexpr std::array kGroups = {
    Group{"start", "start_join_fork start_join_spawn start_join_forkserver", bench_start},
    Group{"lock", "lock_uncontended lock_contended_2p lock_owner_died", bench_lock},
    Group{"sync", "rlock_uncontended semaphore_uncontended event_rtt", bench_sync},
    Group{"value", "value_locked_increment array_assign_8MiB value_make", bench_value},
    Group{"pipe", "pipe_rtt_obj pipe_rtt_bytes64 pipe_bytes64 pipe_bulk_1MiB wait_1000",
          bench_pipe},
    Group{"listener", "accept_p99_good accept_p99_with_bad", bench_listener},
    Group{"queue",
          "queue_1p1c_int queue_2p1c_int simple_queue_1p1c_int queue_bulk_1MiB queue_rtt "
          "queue_put_get_1p",
          bench_queue},
    Group{"many", "queue_64p64c_int", bench_many, true},
    Group{"codec", "pickle_dumps pickle_loads kinds_dumps kinds_loads rows_dumps rows_loads",
          bench_codec},
    Group{"level", "lock_pair semaphore_pair value_increment queue_put_get pipe_send_recv_bytes64",
          bench_levels},
    Group{"probe", "mutex_bare probe_off probe_standby probe_normal probe_full", bench_probe},
};

}  // namespace bench
