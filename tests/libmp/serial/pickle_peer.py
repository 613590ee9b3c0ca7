"""The other side of python_peer_test: reads pickles, answers with what CPython makes of each.

  pickle_peer.py objects IN OUT     for each seven frames: repr(object) in UTF-8, then the object
                                    pickled again with protocols 0 to 5
  pickle_peer.py compare IN OUT     each is a pair; one frame: what == < <= > >= say, line by line,
                                    and whether the hashes are equal
  pickle_peer.py old_names OUT      one frame: a pickle of the names that have moved since Python 2,
                                    (to Python 3, to Python 2), each {(module, name): (module, name)}

IN: frames (4 bytes big-endian length, then a pickle).
"""
import _compat_pickle
import operator
import pickle
import struct
import sys


def frames(path):
    with open(path, "rb") as file:
        while header := file.read(4):
            yield file.read(struct.unpack("!I", header)[0])


def put_frame(out, data):
    out.write(struct.pack("!I", len(data)) + data)


def answer_objects(value):
    yield repr(value).encode("utf-8", "surrogatepass")
    for protocol in range(6):
        yield pickle.dumps(value, protocol)


def outcome(function, *arguments):
    try:
        return str(function(*arguments))
    except TypeError as error:
        return str(error)


def answer_compare(pair):
    left, right = pair
    operators = operator.eq, operator.lt, operator.le, operator.gt, operator.ge
    lines = [outcome(function, left, right) for function in operators]
    if left == right:
        lines.append(outcome(lambda: hash(left) == hash(right)))
    yield "\n".join(lines).encode("utf-8", "surrogatepass")


def old_names():
    """As far as they are not made by a rule for a whole module."""
    to_3 = dict(_compat_pickle.NAME_MAPPING)
    to_2 = dict(_compat_pickle.REVERSE_NAME_MAPPING)
    for old, new in _compat_pickle.IMPORT_MAPPING.items():
        to_3[(old, "any")] = (new, "any")
    for new, old in _compat_pickle.REVERSE_IMPORT_MAPPING.items():
        to_2[(new, "any")] = (old, "any")
    return to_3, to_2


def main():
    if hasattr(sys, "set_int_max_str_digits"):
        sys.set_int_max_str_digits(0)
    if sys.argv[1] == "old_names":
        with open(sys.argv[2], "wb") as out:
            put_frame(out, pickle.dumps(old_names()))
        return
    answer = answer_objects if sys.argv[1] == "objects" else answer_compare
    with open(sys.argv[3], "wb") as out:
        for data in frames(sys.argv[2]):
            for part in answer(pickle.loads(data)):
                put_frame(out, part)


main()
