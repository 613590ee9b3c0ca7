"""The other side of python_peer_test: reads pickles, answers with what CPython makes of each.

  pickle_peer.py IN OUT

IN: frames (4 bytes big-endian length, then a pickle). OUT: for each, seven frames: repr(object) in
UTF-8, then the object pickled again with protocols 0 to 5.
"""
import pickle
import struct
import sys


def frames(path):
    with open(path, "rb") as file:
        while header := file.read(4):
            yield file.read(struct.unpack("!I", header)[0])


def main():
    if hasattr(sys, "set_int_max_str_digits"):
        sys.set_int_max_str_digits(0)
    with open(sys.argv[2], "wb") as out:
        for data in frames(sys.argv[1]):
            value = pickle.loads(data)
            answers = [repr(value).encode("utf-8", "surrogatepass")]
            answers += [pickle.dumps(value, protocol) for protocol in range(6)]
            for answer in answers:
                out.write(struct.pack("!I", len(answer)) + answer)


main()
