#include "sample_vms.hpp"

#include "sample_parts.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

namespace uitest {

using namespace inspector::present;  // NOLINT(google-build-using-namespace): the whole file is
                                     // about it

namespace {

void fill_frame(Vms& vms, bool trouble) {
  TopBarVm& top = vms.top_bar;
  top.session = "pipeline";
  top.origin = "this machine";
  top.open = true;
  top.live = true;
  top.mode_text = "LIVE";
  top.clock = "00:03:12";
  top.facts = {{"processes", "9"}, {"events", "212 k", "/s"}, {"lost", "0"}};
  top.can_set_level = true;
  top.level = 2;
  top.level_names = {"off", "stand-by", "normal", "full"};
  top.level_tips = {"nothing is kept", "who waits and holds now, no history; 3 ns per operation",
                    "contended waits, queue and pipe operations; 40 ns per event",
                    "every acquire and release as well"};
  top.can_record = true;
  top.alarms = trouble ? 3 : 0;
  top.alarms_text = "3";
  top.alarms_tone = Tone::Alarm;
  vms.status.left = {{trouble ? "lock results_lock" : "nothing selected"}};
  vms.status.right = {{"0 lost"},
                      {"clock \xc2\xb1"
                       "3 \xc2\xb5s"},
                      {"60 fps"}};
}

void fill_rail(Vms& vms, bool trouble) {
  vms.rail.items = {{Screen::Overview, "Overview", {}},
                    {Screen::Processes, "Processes", {}},
                    {Screen::Queues, "Queues", {}},
                    {Screen::Locks, "Locks", {}},
                    {Screen::Resources, "Resources", {}},
                    {Screen::Connections, "Connections", {}},
                    {Screen::Sessions, "Sessions", {}}};
  if (!trouble) return;
  vms.rail.items[0].badge = {"3", Tone::Alarm};
  vms.rail.items[1].badge = {"1", Tone::Alarm};
  vms.rail.items[3].badge = {"2", Tone::Alarm};
}

void fill_strip(Vms& vms, bool trouble) {
  TimeStripVm& strip = vms.time_strip;
  strip.open = true;
  strip.window = {0, 192'000'000'000};
  for (int i = 0; i < 400; ++i)
    strip.density.push_back(0.15F +
                            0.65F * std::abs(wave(i, 37, 3)) * (trouble && i > 340 ? 0.08F : 1.0F));
  strip.ticks = {{0.0F, "12:00:00"},
                 {0.25F, "12:00:48"},
                 {0.5F, "12:01:36"},
                 {0.75F, "12:02:24"},
                 {1.0F, "12:03:12"}};
  if (trouble) {
    strip.marks = {{0.62F,
                    Tone::Warning,
                    alarm(3),
                    {"queue jobs is full", "", "", {}, "", "click: show the evidence"}},
                   {0.79F,
                    Tone::Dead,
                    alarm(2),
                    {"worker-5 was killed", "", "", {}, "", "click: show the evidence"}},
                   {0.86F,
                    Tone::Alarm,
                    alarm(1),
                    {"deadlock of 2 workers", "", "", {}, "", "click: show the evidence"}}};
    strip.bands = {{0.30F, 0.32F, Tone::Unknown, "events lost"}};
  }
  strip.cursor_text = "12:03:12.250";
  strip.can_pause = strip.can_seek = strip.can_follow = strip.playing = true;
  strip.speeds = {{0.1, "0.1x"}, {0.5, "0.5x"}, {1, "1x"}, {4, "4x"}, {16, "16x"}};
  strip.speed_text = "1x";
}

void fill_processes(Vms& vms, bool trouble) {
  ProcessTreeVm& tree = vms.processes;
  tree.summary = trouble ? "9 processes \xc2\xb7 2 blocked \xc2\xb7 1 dead"
                         : "9 processes \xc2\xb7 6 running \xc2\xb7 3 idle";
  tree.rows.push_back(
      row(1, 0, "pipeline", "main", Tone::Idle, trouble ? "joining worker-1" : "joining", "3:11"));
  tree.rows.back().has_children = true;
  tree.rows.push_back(row(2, 1, "scanner", "reads the folder", Tone::Running, "running", "0.2 s"));
  for (std::uint64_t i = 3; i <= 8; ++i) {
    const std::string name = "worker-" + std::to_string(i - 2);
    tree.rows.push_back(row(i, 1, name, "main/worker", i % 3 == 0 ? Tone::Idle : Tone::Running,
                            i % 3 == 0 ? "idle, queue empty" : "running", "12 ms"));
  }
  tree.rows.push_back(
      row(9, 1, "collector", "writes the index", Tone::Waiting, "in get()", "31 ms"));
  tree.rows.back().last_sibling = true;
  tree.rows.back().waiting_for = queue_chip(2, "results");
  tree.lanes.title = "What each was doing";
  tree.lanes.by_tone = true;
  tree.lanes.window = {0, 192'000'000'000};
  tree.lanes.x_ticks = {{0, "-60 s"}, {0.5F, "-30 s"}, {1, "now"}};
  for (std::size_t i = 0; i < tree.rows.size(); ++i)
    tree.lanes.lanes.push_back(
        lane(process_chip(tree.rows[i].ref.id, tree.rows[i].name, tree.rows[i].tone),
             static_cast<int>(i), trouble && (i == 4 || i == 6)));
  if (!trouble) return;
  ProcessRow& a = tree.rows[4];
  ProcessRow& b = tree.rows[6];
  for (ProcessRow* stuck : {&a, &b}) {
    stuck->tone = Tone::Blocked;
    stuck->state = "blocked";
    stuck->since = "12.4 s";
    stuck->cpu = "0 %";
  }
  a.waiting_for = lock_chip(2, "results_lock", Tone::Blocked);
  a.holds = {lock_chip(1, "index_lock", Tone::Blocked)};
  b.waiting_for = lock_chip(1, "index_lock", Tone::Blocked);
  b.holds = {lock_chip(2, "results_lock", Tone::Blocked)};
  ProcessRow& dead = tree.rows[7];
  dead = row(8, 1, "worker-6", "main/worker", Tone::Dead, "dead", "41.2 s");
  dead.dead = true;
  dead.cpu.clear();
  dead.exit = "SIGKILL, not by us";
  dead.exit_tone = Tone::Dead;
  dead.cpu_spark = {};
}

void fill_queues(Vms& vms, bool trouble) {
  QueueListVm& list = vms.queues;
  list.summary = trouble ? "4 queues \xc2\xb7 1 full" : "4 queues";
  list.rows = {queue_row(1, "jobs", "64", trouble ? 1.0F : 0.35F, trouble),
               queue_row(2, "results", "256", 0.08F, false),
               queue_row(3, "progress", "", -1, false), queue_row(4, "errors", "16", 0, false)};
  if (trouble) {
    list.rows[0].verdict = {"consumers too slow", Tone::Warning};
    list.rows[0].blocked_producers = {process_chip(2, "scanner", Tone::Waiting)};
    list.rows[1].blocked_consumers = {process_chip(9, "collector", Tone::Waiting)};
  }
  list.depth = time_plot("queues/depth", "Depth of jobs", "0 to 64 items");
  list.depth.curves = {curve("jobs", 0.62F, 0.55F, trouble ? "64" : "22", 0.35F, trouble)};
  list.depth.curves[0].filled = true;
  list.depth.limit = 0.9F;
  list.rates = time_plot("queues/rates", "Rates of jobs", "messages per second");
  list.rates.curves = {curve("put", 0.40F, 0.7F, "210 /s", 0.15F, trouble),
                       curve("get", 0.08F, 0.6F, "123 /s", 0.12F, trouble)};
}

void fill_locks(Vms& vms, bool trouble) {
  LockListVm& list = vms.locks;
  list.summary =
      trouble ? "4 locks \xc2\xb7 2 in a deadlock" : "4 locks \xc2\xb7 no contention worth naming";
  list.rows = {lock_row(1, "index_lock", trouble), lock_row(2, "results_lock", trouble),
               lock_row(3, "stdout_lock", false), lock_row(4, "slots", false)};
  list.rows[3].kind = "Semaphore";
  if (trouble) {
    list.rows[0].holder = process_chip(5, "worker-3", Tone::Blocked);
    list.rows[0].waiters = {process_chip(7, "worker-5", Tone::Blocked)};
    list.rows[1].holder = process_chip(7, "worker-5", Tone::Blocked);
    list.rows[1].waiters = {process_chip(5, "worker-3", Tone::Blocked),
                            process_chip(4, "worker-2", Tone::Waiting)};
  }
  list.lanes.window = {0, 192'000'000'000};
  list.lanes.x_ticks = {{0, "-60 s"}, {0.5F, "-30 s"}, {1, "now"}};
  for (std::size_t i = 0; i < list.rows.size(); ++i)
    list.lanes.lanes.push_back(lane(list.rows[i].lock, static_cast<int>(i), trouble && i < 2));
}

void fill_resources(Vms& vms, bool trouble) {
  ResourceListVm& list = vms.resources;
  list.summary = trouble ? "4 blocks \xc2\xb7 112 MB \xc2\xb7 1 leaked \xc2\xb7 1 gone"
                         : "4 blocks \xc2\xb7 112 MB \xc2\xb7 1 gone";
  list.rows = {resource_row(1, "psm_6e1f02aa", "SharedMemory"), resource_row(2, "weights", "Array"),
               resource_row(3, "settings", "ShareableList"), resource_row(4, "progress", "Value"),
               resource_row(5, "psm_0b51c3d8", "SharedMemory")};
  list.rows[1].mappers.push_back(process_chip(5, "worker-3", Tone::Running));
  list.rows[2].state = {"unlinked, still mapped", Tone::Info};
  ResourceRow& gone = list.rows[4];
  gone.mappers.clear();
  gone.gone = true;
  gone.state = {"gone", Tone::Idle};
  if (!trouble) return;
  list.rows[0].mappers.clear();
  list.rows[0].creator = process_chip(3, "worker-1", Tone::Dead);
  list.rows[0].state = {"leaked", Tone::Warning};
}

void fill_flow(Vms& vms, bool trouble) {
  FlowGraphVm& flow = vms.flow_graph;
  const Tone stuck = trouble ? Tone::Blocked : Tone::Ok;
  flow.nodes = {{process(1), "MainProcess", "collecting", Tone::Ok, -1, 1, {}},
                {process(2), "24 processes", "worker-1 to worker-24", stuck, -1, 24, {}},
                {queue(1), "jobs", "58 of 64 \xc2\xb7 123 /s", stuck, -1, 1, {}, 0.9F, stuck},
                {queue(2), "results", "0 \xc2\xb7 123 /s", Tone::Idle, -1, 1, {}}};
  GraphEdge put{0, 2, "1.2 k", Tone::Neutral, false, false};
  if (trouble) put = {0, 2, "waits 3.1 s", Tone::Blocked, false, false};
  flow.edges = {put,
                {2, 1, "1.1 k", Tone::Neutral, false, false, 2.6F},
                {1, 3, "1.1 k", Tone::Neutral, false, false, 2.6F},
                {3, 0, "1.1 k", Tone::Neutral, false, false, 2.6F, true}};
}

void fill_graph(Vms& vms) {
  WaitGraphVm& graph = vms.wait_graph;
  graph.nodes = {{process(5), "worker-3", "blocked 12.4 s", Tone::Blocked, 0, 1, {}},
                 {lock(2), "results_lock", "store.cpp:88", Tone::Blocked, 0, 1, {}},
                 {process(7), "worker-5", "blocked 12.4 s", Tone::Blocked, 0, 1, {}},
                 {lock(1), "index_lock", "store.cpp:41", Tone::Blocked, 0, 1, {}},
                 {process(4), "worker-2", "waiting 3.1 s", Tone::Waiting, -1, 1, {}},
                 {process(9), "collector", "waiting 12.3 s", Tone::Waiting, -1, 1, {}},
                 {queue(2), "results", "empty", Tone::Idle, -1, 1, {}}};
  graph.edges = {{0, 1, "waits 12.4 s", Tone::Alarm, true, false},
                 {1, 2, "held by", Tone::Alarm, true, false},
                 {2, 3, "waits 12.4 s", Tone::Alarm, true, false},
                 {3, 0, "held by", Tone::Alarm, true, false},
                 {4, 1, "waits 3.1 s", Tone::Neutral, false, false},
                 {5, 6, "get()", Tone::Neutral, false, false},
                 {6, 0, "filled by", Tone::Neutral, false, true}};
  graph.stories = {
      {Tone::Alarm, "Deadlock, proven", deadlock_sentence(),
       "Take index_lock before results_lock everywhere, or hold only one of them at a time.",
       alarm(1)},
      {Tone::Waiting,
       "Waiting behind it",
       {{"worker-2", process(4), Tone::Waiting},
        {" waits 3.1 s for "},
        {"results_lock", lock(2), Tone::Blocked},
        {"; "},
        {"collector", process(9), Tone::Waiting},
        {" finds the queue "},
        {"results", queue(2), Tone::Idle},
        {" empty."}},
       "",
       {}}};
}

void fill_overview(Vms& vms, bool trouble) {
  OverviewVm& over = vms.overview;
  over.tone = trouble ? Tone::Alarm : Tone::Ok;
  over.subline = "9 processes, 4 queues and 4 locks watched for 00:03:12";
  if (trouble) {
    over.verdict = {
        {"3 problems: a deadlock of 2 workers since 12.4 s, 1 worker was killed, the queue "},
        {"jobs", queue(1), Tone::Warning},
        {" is full."}};
    over.alarms = {
        {alarm(1), Tone::Alarm, "Deadlock", deadlock_sentence(), "since 12.4 s", "proven",
         "Take index_lock before results_lock everywhere, or hold only one of them at a time.",
         "Show the cycle"},
        {alarm(2),
         Tone::Dead,
         "Worker killed",
         {{"worker-6", process(8), Tone::Dead},
          {" ended by SIGKILL 41.2 s ago while it ran a job; it held nothing."}},
         "41.2 s ago",
         "",
         "Nobody in this session sent the signal. Look for the OOM killer.",
         "Show its last moments"},
        {alarm(3),
         Tone::Warning,
         "Queue full",
         {{"jobs", queue(1), Tone::Warning},
          {" is full: 64 of 64. "},
          {"scanner", process(2), Tone::Waiting},
          {" waits in put() for 8.1 s."}},
         "since 71 s",
         "",
         "4 workers take 123 jobs per second, the scanner makes 210.",
         "Show the queue"}};
  } else {
    over.verdict = {{"No problems seen in 00:03:12."}};
    over.checks = {"Deadlocks over locks, queues and joins", "Locks whose owner died",
                   "Workers that ended by a signal",         "Queues that fill up or stay full",
                   "Locks that everybody waits for",         "Events lost on the way"};
  }
  over.facts = {{"processes", "9"},
                {"jobs done", "38 211"},
                {"messages", "210", "/s"},
                {"cpu", "512", "%", Tone::Neutral},
                {"memory", "412", "MB"}};
  for (const QueueRow& one : vms.queues.rows)
    over.queues.push_back({one.queue, one.fill,
                           one.depth + (one.limit == "\xe2\x88\x9e" ? "" : " / " + one.limit),
                           one.rate_in, one.rate_out, one.latency, one.spark, one.verdict});
  for (const LockRow& one : vms.locks.rows)
    over.locks.push_back(
        {one.lock, one.holder, one.held_for,
         one.waiters.empty() ? "free" : std::to_string(one.waiters.size()) + " waiters",
         "longest 1.8 s", one.tone});
  for (const ProcessRow& one : vms.processes.rows)
    over.processes.push_back({process_chip(one.ref.id, one.name, one.tone),
                              one.state + " " + one.since, one.cpu, one.rss, one.cpu_spark});
}

void fill_detail(Vms& vms) {
  DetailVm& detail = vms.detail;
  detail.title = lock_chip(2, "results_lock", Tone::Blocked);
  detail.kind = "Lock \xc2\xb7 fork-shared";
  detail.tone = Tone::Alarm;
  detail.state = {{"Held by "},
                  {"worker-5", process(7), Tone::Blocked},
                  {" for 12.4 s; "},
                  {"worker-3", process(5), Tone::Blocked},
                  {" and 1 more wait."}};
  detail.facts = {{"taken", "4 211"},
                  {"contended", "312"},
                  {"wait p99", "1.2", "ms"},
                  {"longest wait", "12.4", "s", Tone::Alarm}};
  detail.relations = {
      {"Held by", {process_chip(7, "worker-5", Tone::Blocked)}, ""},
      {"Waited for by",
       {process_chip(5, "worker-3", Tone::Blocked), process_chip(4, "worker-2", Tone::Waiting)},
       ""},
      {"Used by",
       {process_chip(1, "pipeline", Tone::Idle), process_chip(2, "scanner", Tone::Running),
        process_chip(9, "collector", Tone::Waiting)},
       "and 3 more"}};
  Plot plot = time_plot("detail/waiters", "Waiters", "0 to 3");
  plot.x_ticks.clear();
  plot.curves = {curve("waiters", 0.1F, 0.4F, "2", 0.2F, true)};
  plot.curves[0].tone = Tone::Waiting;
  detail.plots = {plot};
  for (int i = 0; i < 12; ++i)
    detail.events.push_back({"-" + std::to_string(i + 12) + ".4 s",
                             {{i % 2 == 0 ? "worker-5 acquired" : "worker-3 waits"}},
                             i % 2 == 0 ? Tone::Neutral : Tone::Waiting,
                             i * 1'000'000'000LL});
  detail.provenance = {{"created by", "pipeline (pid 48 211)"},
                       {"at", "/home/ada/src/pipeline/store.cpp:88"},
                       {"when", "12:00:00.012"}};
  detail.ids = {{"kernel key", "1:7340039:128"}, {"oid", "9c41f2b07a3e5d18"}};
}

Scene open_scene(bool trouble) {
  Scene scene;
  fill_frame(scene.vms, trouble);
  fill_rail(scene.vms, trouble);
  fill_strip(scene.vms, trouble);
  fill_processes(scene.vms, trouble);
  fill_queues(scene.vms, trouble);
  fill_locks(scene.vms, trouble);
  fill_resources(scene.vms, trouble);
  fill_flow(scene.vms, trouble);
  fill_messages(scene.vms, trouble);
  fill_connections(scene.vms, trouble);
  if (trouble)
    fill_graph(scene.vms);
  else
    scene.vms.wait_graph.empty = {
        "Nobody waits",
        "As soon as one process waits for another, who waits for whom is drawn here."};
  fill_overview(scene.vms, trouble);
  if (trouble)
    fill_detail(scene.vms);
  else
    scene.vms.detail.empty = {
        "Nothing selected",
        "Click a process, a queue or a lock anywhere: everything known about it appears here."};
  scene.vms.palette.items = {
      {"Go to Locks", "", "4", {}, Tone::Neutral, GoTo{Screen::Locks}},
      {"results_lock", "lock \xc2\xb7 in a deadlock", "", lock(2), Tone::Blocked, Open{lock(2)}},
      {"worker-3", "process \xc2\xb7 blocked 12.4 s", "", process(5), Tone::Blocked,
       Open{process(5)}},
      {"Pause the view", "", "Space", {}, Tone::Neutral, Pause{}}};
  scene.view.screen = Screen::Overview;
  if (trouble) scene.view.selection = {lock(2)};
  return scene;
}

}  // namespace

Scene first_launch() {
  Scene scene;
  fill_rail(scene.vms, false);
  scene.vms.top_bar.session = "mp-inspector";
  SessionsVm& home = scene.vms.sessions;
  home.headline = "Watch a program";
  home.listening = {{"unix:/run/user/1000/libmp/inspector.sock", Tone::Ok},
                    {"127.0.0.1:7440  (key required)", Tone::Ok}};
  home.command = "MP_INSPECT=1 ./your_program";
  home.note = "Nothing connected yet.";
  home.running_empty =
      "No program on this machine uses libmp right now. Looked in /run/user/1000/libmp.";
  home.recordings_empty =
      "None yet. Record a session with the button in the top bar, or with mp-inspector record -o "
      "s.mpr -- ./program.";
  home.demos = {
      {"deadlock", "Deadlock", "Two workers take two locks in different order.", Tone::Alarm, true},
      {"slow", "Slow consumer", "A queue fills up until its producer waits.", Tone::Warning, true},
      {"kill", "Killed worker", "A worker dies holding a lock; nobody hangs.", Tone::Dead, true},
      {"ok", "All is well", "The same job, doing its work.", Tone::Ok, true}};
  scene.view.screen = Screen::Sessions;
  scene.vms.status.left = {{"no session"}};
  return scene;
}

Scene at_home() {
  Scene scene = first_launch();
  SessionsVm& home = scene.vms.sessions;
  home.running = {{1, "pipeline", "48 211", "started 3 min ago", "9 processes, 3 threads waiting",
                   Tone::Running, false, "", "./pipeline deadlock /usr/share"},
                  {2, "nightly-etl", "9 120", "started 2 days ago", "41 processes, idle",
                   Tone::Idle, true, "", "/opt/etl/bin/etl --all"},
                  {3, "render_farm", "1 877", "started 5 h ago", "", Tone::Unknown, false,
                   "belongs to user www-data", ""}};
  home.recoverable = {{"/run/user/1000/libmp/crunch", "crunch (41 processes), last alive 3 min ago"}};
  home.recordings = {{"/home/ada/night.mpr",
                      "night.mpr",
                      "today 03:12",
                      "4 h 11 min",
                      "212 MB",
                      {{"deadlock", Tone::Alarm}, {"2 killed", Tone::Dead}},
                      ""},
                     {"/home/ada/pipeline-ok.mpr",
                      "pipeline-ok.mpr",
                      "yesterday 17:40",
                      "38 s",
                      "1.2 MB",
                      {{"ok", Tone::Ok}},
                      ""},
                     {"/home/ada/slow.mpr",
                      "slow.mpr",
                      "12 Nov",
                      "2 min",
                      "8.4 MB",
                      {{"queue full", Tone::Warning}},
                      ""},
                     {"/home/ada/notes.mpr",
                      "notes.mpr",
                      "3 Oct",
                      "",
                      "12 kB",
                      {},
                      "not a recording: it is a text file"}};
  return scene;
}

Scene waiting_for_it() {
  Scene scene = open_scene(false);
  const EmptyState empty{
      "Nothing has come yet",
      "The session is open. As soon as the program starts a process, it appears here.",
      "MP_INSPECT=1 ./your_program"};
  scene.vms.overview = {};
  scene.vms.overview.empty = empty;
  scene.vms.processes = {};
  scene.vms.processes.empty = empty;
  scene.vms.queues = {};
  scene.vms.queues.empty = {
      "No queues",
      "Each Queue, SimpleQueue and Pipe of the program is listed here from the moment it is made."};
  scene.vms.locks = {};
  scene.vms.locks.empty = {"No locks", "Locks and semaphores appear when somebody uses them."};
  scene.vms.resources = {};
  scene.vms.resources.empty = {"No shared memory", "The program has made no block yet."};
  scene.vms.connections = {};
  scene.vms.connections.empty = {"No connections", "Nobody has made a pipe or a listener yet."};
  return scene;
}

Scene healthy() { return open_scene(false); }

Scene deadlock() { return open_scene(true); }

Scene in_the_past() {
  Scene scene = open_scene(true);
  scene.view.mode = Mode::Paused;
  scene.view.cursor = 180'000'000'000;
  scene.vms.top_bar.mode = Mode::Paused;
  scene.vms.top_bar.past = true;
  scene.vms.top_bar.live = false;
  scene.vms.top_bar.mode_text = "PAUSED";
  scene.vms.top_bar.recording = true;
  scene.vms.top_bar.recording_text = "00:03:12 \xc2\xb7 4.1 MB";
  TimeStripVm& strip = scene.vms.time_strip;
  strip.mode = Mode::Paused;
  strip.past = true;
  strip.playing = false;
  strip.playhead = 0.935F;
  strip.past_text = "viewing 12.4 s ago";
  strip.cursor_text = "12:02:59.850";
  strip.range_from = 0.4F;
  strip.range_to = 0.5F;
  scene.vms.notices = {
      {1, Tone::Info, "Recording into /home/ada/pipeline-2.mpr"},
      {2, Tone::Warning, "notes.mpr is not a recording: it does not begin like one."}};
  return scene;
}

Scene crowded(int processes) {
  Scene scene = open_scene(true);
  Vms& vms = scene.vms;
  for (int i = 10; i < processes; ++i) {
    const auto id = static_cast<std::uint64_t>(i);
    ProcessRow one =
        row(id, 1 + i % 4, "image-resize-and-watermark-worker-" + std::to_string(i),
            "main/pool-with-a-long-name/worker", i % 7 == 0 ? Tone::Waiting : Tone::Running,
            i % 7 == 0 ? "waiting for a permit" : "running", std::to_string(i) + " ms");
    if (i % 7 == 0)
      one.waiting_for = lock_chip(1, "application.cache.shard[17].write_lock", Tone::Waiting);
    if (i % 5 == 0)
      one.holds = {lock_chip(3, "stdout_lock", Tone::Holding),
                   lock_chip(4, "application.cache.shard[4].write_lock", Tone::Holding),
                   lock_chip(2, "results_lock", Tone::Blocked)};
    vms.processes.rows.push_back(one);
    if (i < 48)
      vms.overview.processes.push_back(
          {process_chip(id, one.name, one.tone), one.state, one.cpu, one.rss, one.cpu_spark});
  }
  vms.overview.more_processes = "and " + std::to_string(processes - 48) + " more";
  vms.processes.summary = std::to_string(processes) +
                          " processes \xc2\xb7 42 waiting \xc2\xb7 2 blocked \xc2\xb7 1 dead";
  for (std::uint64_t i = 5; i < 60; ++i)
    vms.queues.rows.push_back(queue_row(i,
                                        "org.example.ingest.stage-" + std::to_string(i) + ".inbox",
                                        "1024", 0.01F * static_cast<float>(i), false));
  for (std::uint64_t i = 5; i < 60; ++i) {
    vms.locks.rows.push_back(
        lock_row(i, "application.cache.shard[" + std::to_string(i) + "].write_lock", false));
    vms.locks.lanes.lanes.push_back(lane(vms.locks.rows.back().lock, static_cast<int>(i), false));
  }
  for (std::uint64_t i = 6; i < 60; ++i)
    vms.resources.rows.push_back(
        resource_row(i, "frames.ring-buffer-" + std::to_string(i), "SharedMemory"));
  crowd_connections(vms, 500);
  vms.top_bar.session = "a-program-with-quite-a-long-name --and --arguments";
  vms.top_bar.origin = "build-host-17.example.org";
  return scene;
}

}  // namespace uitest
