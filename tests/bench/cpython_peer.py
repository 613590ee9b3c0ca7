#!/usr/bin/env python3
"""CPython's multiprocessing on the workloads of mp-bench, under the same names.

usage: cpython_peer.py [GROUP...]      groups: start lock sync value pipe queue codec
Prints workload <tab> value <tab> unit.
"""
import multiprocessing
import multiprocessing.connection
import pickle
import resource
import sys
import time

MIB = 1 << 20


def report(workload, value, unit):
    print(f"{workload}\t{value:.6g}\t{unit}", flush=True)


class Stopwatch:
    def __init__(self):
        self.begin = time.perf_counter()

    def seconds(self):
        return time.perf_counter() - self.begin


def started(target, *args):
    process = multiprocessing.Process(target=target, args=args)
    process.start()
    return process


def nothing():
    pass


def take_turns(lock, counter, times):
    for _ in range(times):
        lock.acquire()
        counter.value += 1
        lock.release()


def bench_lock():
    alone, together = 300_000, 100_000
    lock = multiprocessing.Lock()
    watch = Stopwatch()
    for _ in range(alone):
        lock.acquire()
        lock.release()
    report("lock_uncontended", watch.seconds() / alone * 1e9, "ns/pair")

    counter = multiprocessing.Value("q", 0, lock=False)
    watch = Stopwatch()
    for process in [started(take_turns, lock, counter, together) for _ in range(2)]:
        process.join()
    report("lock_contended_2p", watch.seconds() / (2 * together) * 1e9, "ns/pair")
    assert counter.value == 2 * together


def answer(ping, pong, trips):
    for _ in range(trips):
        ping.wait()
        ping.clear()
        pong.set()


def bench_sync():
    alone, trips = 300_000, 5_000
    for workload, lock in ("rlock", multiprocessing.RLock()), ("semaphore", multiprocessing.Semaphore(1)):
        watch = Stopwatch()
        for _ in range(alone):
            lock.acquire()
            lock.release()
        report(f"{workload}_uncontended", watch.seconds() / alone * 1e9, "ns/pair")

    ping, pong = multiprocessing.Event(), multiprocessing.Event()
    process = started(answer, ping, pong, trips)
    watch = Stopwatch()
    for _ in range(trips):
        ping.set()
        pong.wait()
        pong.clear()
    report("event_rtt", watch.seconds() / trips * 1e6, "us/rtt")
    process.join()


def bench_value():
    times, blocks, made = 300_000, 200, 3_000
    value = multiprocessing.Value("q", 0)
    watch = Stopwatch()
    for _ in range(times):
        with value.get_lock():
            value.value += 1
    report("value_locked_increment", watch.seconds() / times * 1e9, "ns")
    assert value.value == times

    array, data = multiprocessing.Array("c", 8 * MIB), bytes(8 * MIB)
    watch = Stopwatch()
    for _ in range(blocks):
        array[:] = data
    report("array_assign_8MiB", blocks * 8 * MIB / watch.seconds() / 1e6, "MB/s")

    watch = Stopwatch()
    for _ in range(made):
        multiprocessing.Value("q", 0)
    report("value_make", watch.seconds() / made * 1e9, "ns")


def echo_objects(end):
    while (item := end.recv()) is not None:
        end.send(item)


def echo_bytes(end):
    while item := end.recv_bytes():
        end.send_bytes(item)


def drain(end, messages):
    for _ in range(messages):
        end.recv_bytes()
    end.send_bytes(b"done")


def bench_pipe():
    trips = 20_000
    near, far = multiprocessing.Pipe()
    process = started(echo_objects, far)
    watch = Stopwatch()
    for i in range(trips):
        near.send(i)
        near.recv()
    report("pipe_rtt_obj", watch.seconds() / trips * 1e6, "us/rtt")
    near.send(None)
    process.join()

    near, far = multiprocessing.Pipe()
    process = started(echo_bytes, far)
    message = b"x" * 64
    watch = Stopwatch()
    for _ in range(trips):
        near.send_bytes(message)
        near.recv_bytes()
    report("pipe_rtt_bytes64", watch.seconds() / trips * 1e6, "us/rtt")
    near.send_bytes(b"")
    process.join()

    blocks = 2000
    near, far = multiprocessing.Pipe()
    process = started(drain, far, blocks)
    block = bytes(MIB)
    watch = Stopwatch()
    for _ in range(blocks):
        near.send_bytes(block)
    near.recv_bytes()
    report("pipe_bulk_1MiB", blocks * MIB / watch.seconds() / 1e6, "MB/s")
    process.join()

    calls = 100
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    pipes = [multiprocessing.Pipe(duplex=False) for _ in range(1000)]
    readers = [reader for reader, _ in pipes]
    pipes[-1][1].send(1)
    watch = Stopwatch()
    for _ in range(calls):
        multiprocessing.connection.wait(readers)
    report("wait_1000", watch.seconds() / calls * 1e6, "us/call")


def put_numbers(queue, count):
    for i in range(count):
        queue.put(i)


def put_blocks(queue, count):
    block = bytes(MIB)
    for _ in range(count):
        queue.put(block)


def echo_queue(there, back, count):
    for _ in range(count):
        back.put(there.get())


def queue_flow(workload, producers, items, make=multiprocessing.Queue):
    queue = make()
    watch = Stopwatch()
    processes = [started(put_numbers, queue, items // producers) for _ in range(producers)]
    for _ in range(items):
        queue.get()
    report(workload, items / watch.seconds(), "msg/s")
    for process in processes:
        process.join()


def bench_queue():
    queue_flow("queue_1p1c_int", 1, 100_000)
    queue_flow("queue_2p1c_int", 2, 100_000)
    queue_flow("simple_queue_1p1c_int", 1, 100_000, multiprocessing.SimpleQueue)

    blocks = 1000
    queue = multiprocessing.Queue(4)
    watch = Stopwatch()
    process = started(put_blocks, queue, blocks)
    for _ in range(blocks):
        queue.get()
    report("queue_bulk_1MiB", blocks * MIB / watch.seconds() / 1e6, "MB/s")
    process.join()

    trips = 10_000
    there, back = multiprocessing.Queue(), multiprocessing.Queue()
    process = started(echo_queue, there, back, trips)
    watch = Stopwatch()
    for i in range(trips):
        there.put(i)
        back.get()
    report("queue_rtt", watch.seconds() / trips * 1e6, "us/rtt")
    process.join()


def bench_start():
    """The best of ten blocks: whatever disturbs only adds."""
    for method, starts in {"fork": 30, "spawn": 3, "forkserver": 30}.items():
        context, best = multiprocessing.get_context(method), float("inf")
        for _ in range(11):  # the first warms up, and starts the fork server
            watch = Stopwatch()
            for _ in range(starts):
                process = context.Process(target=nothing)
                process.start()
                process.join()
            best = min(best, watch.seconds() / starts)
        report(f"start_join_{method}", best * 1e6, "us")


class Point:
    def __init__(self, x, y):
        self.x = x
        self.y = y


def measure_codec(name, value, rounds):
    data = pickle.dumps(value, 4)
    watch = Stopwatch()
    for _ in range(rounds):
        pickle.dumps(value, 4)
    report(f"{name}_dumps", rounds * len(data) / watch.seconds() / 1e6, "MB/s")
    watch = Stopwatch()
    for _ in range(rounds):
        pickle.loads(data)
    report(f"{name}_loads", rounds * len(data) / watch.seconds() / 1e6, "MB/s")


def bench_codec():
    measure_codec("pickle", {
        "ints": list(range(1000)),
        "floats": [i * 0.5 for i in range(1000)],
        "strs": [f"item-{i}" for i in range(1000)],
        "nested": [{"a": i, "b": (i, str(i)), "c": None} for i in range(300)],
        "blob": b"\x07" * 4096,
    }, 500)
    measure_codec("kinds", [
        [{i, f"item-{i}"} for i in range(300)],
        [frozenset((i, -i)) for i in range(300)],
        [complex(i, 0.5) for i in range(300)],
        [bytearray(b"%d" % i) for i in range(300)],
        [KeyError(f"key-{i}") for i in range(300)],
        [Point(i, i * 0.5) for i in range(300)],
    ], 500)
    measure_codec("rows", [(f"item-{i}", i * 0.5, i) for i in range(3000)], 500)


if __name__ == "__main__":
    multiprocessing.set_start_method("fork")
    for group in sys.argv[1:] or ["start", "lock", "sync", "value", "pipe", "queue", "codec"]:
        globals()[f"bench_{group}"]()
