"""The other side of relay_test: objects of many classes, for a relay that does not know them.

  relay_peer.py make OUT      for each object seven frames: its name, and its pickles of protocol 0 to 5
  relay_peer.py check IN      reads back the same frames; exit code 1 and a line for each object that
                              is not what was made

A frame is 4 bytes big-endian length, then the bytes.
"""
import array
import collections
import datetime
import decimal
import enum
import fractions
import functools
import multiprocessing
import multiprocessing.managers
import operator
import pathlib
import pickle
import queue
import struct
import sys
import uuid

import geometry


def exceptions():
    def noted():
        error = ValueError("x")
        error.add_note("a note")
        return error

    yield from (
        ValueError(), KeyError("k"), OSError(2, "No such file", "/a"), OSError(1, "a", "b", None, "c"),
        FileNotFoundError(2, "gone"), ImportError("m", name="n"), StopIteration(3), noted(),
        UnicodeDecodeError("ascii", b"\xff", 0, 1, "bad"), ZeroDivisionError("by zero"),
        queue.Empty(), queue.Full(), multiprocessing.TimeoutError("late"), multiprocessing.ProcessError(),
        multiprocessing.managers.RemoteError("text"), geometry.Complaint("mine", 2),
    )


def objects():
    token = multiprocessing.managers.Token("list", ("127.0.0.1", 5000), "7f00")
    recursive = geometry.Point(1, None)
    recursive.y = [recursive, {"me": recursive}]
    row = geometry.Row([1, 2, 3])
    row.note = "n"
    record = geometry.Record(a=1, b=[2])
    record.note = row
    yield from (
        geometry.Point(1, 2.5), geometry.Point("x", [geometry.Point(1, 2)]), geometry.Point.Named("n"),
        geometry.Slotted(1.0, 2.0), geometry.Frozen(1.0, 2.0), geometry.Keyworded(1, 2, scale=3),
        geometry.Handed(1, [2]), recursive, row, record, token, [token, token],
        collections.OrderedDict(a=1, b=2), collections.deque([1, 2, 3], 5), collections.Counter("abca"),
        collections.defaultdict(list, {1: [2]}), decimal.Decimal("1.50"), fractions.Fraction(1, 3),
        datetime.datetime(2026, 1, 2, 3, 4, 5), uuid.UUID(int=7), pathlib.PurePosixPath("/a/b"),
        array.array("i", [1, 2]), functools.partial(operator.add, 1), iter([1, 2, 3]), {1: 2}.items(),
        len, list, dict, int, type(None), Ellipsis, NotImplemented, geometry.Point, geometry.Point.Named,
        geometry.set_state, [].append, list.append, object(), enum.Enum, KeyError, queue.Empty,
        [geometry.Row([i]) for i in range(3)], {geometry.Point(1, 2): {geometry.Point(3, 4)}},
        range(3), range(5, 0, -2), range(2**70), slice(1), slice(None, "a", 2**70), 1 + 2j, bytearray(b"ab\xff"),
        {1}, set(), frozenset(), frozenset({"a"}), {frozenset({(1, "x")})}, [bytearray(b"")] * 2,
    )
    yield from exceptions()


def put_frame(out, data):
    out.write(struct.pack("!I", len(data)) + data)


def take_frame(file):
    return file.read(struct.unpack("!I", file.read(4))[0])


def alike(left, right):
    """Equality, also for what Python compares by identity."""
    if type(left) is not type(right):
        return False
    if isinstance(left, BaseException):
        return left.args == right.args and str(left) == str(right) and vars(left) == vars(right)
    if isinstance(left, geometry.Point) and isinstance(left.y, list) and left in left.y[:1]:
        return right.y[0] is right and right.y[1]["me"] is right
    if isinstance(left, (geometry.Row, geometry.Record)) and vars(left) != vars(right):
        return False
    if isinstance(left, functools.partial):
        return (left.func, left.args) == (right.func, right.args)
    if type(left) is type(iter([])):
        return operator.length_hint(left) == operator.length_hint(right)
    if isinstance(left, multiprocessing.managers.Token):
        return (left.typeid, left.address, left.id) == (right.typeid, right.address, right.id)
    if isinstance(left, list) and not isinstance(left, geometry.Row):
        return len(left) == len(right) and all(map(alike, left, right))
    if type(left) is object or callable(left) and hasattr(left, "__self__"):
        return True
    return left == right


def plain(value):
    """Some values cannot be pickled as what they are in each protocol: views of dicts never."""
    return list(value) if isinstance(value, type({}.items())) else value


def pickles(value):
    for protocol in range(6):
        try:
            yield pickle.dumps(value, protocol)
        except (pickle.PicklingError, TypeError):
            yield b""


def make(path):
    with open(path, "wb") as out:
        for value in map(plain, objects()):
            put_frame(out, (type(value).__module__ + "." + type(value).__name__).encode())
            for data in pickles(value):
                put_frame(out, data)


def check(path):
    wrong = 0
    with open(path, "rb") as file:
        for value in map(plain, objects()):
            name = take_frame(file).decode()
            for protocol in range(6):
                data = take_frame(file)
                if data and not alike(value, pickle.loads(data)):
                    print(f"{name}, protocol {protocol}: {value!r} became {pickle.loads(data)!r}")
                    wrong += 1
    return 1 if wrong else 0


if sys.argv[1] == "make":
    make(sys.argv[2])
else:
    sys.exit(check(sys.argv[2]))
