"""The Python side of shared memory: python3 shared_memory_peer.py TASK ARGUMENT..."""
import pickle
import sys
import time
from multiprocessing import resource_tracker, shared_memory


def forget(block):
    """What track=False does since 3.13: the name is its maker's affair."""
    resource_tracker.unregister(block._name, "shared_memory")


def read_list(name):
    items = shared_memory.ShareableList(name=name)
    forget(items.shm)
    print(repr(list(items)), items.format, len(items))


def change_list(name):
    items = shared_memory.ShareableList(name=name)
    forget(items.shm)
    items[0] = "hi"
    items[1] = b"12345678"
    items[2] = 2.5
    items[3] = -7
    items[4] = "was None"
    items[5] = False


def make_list(name):
    items = shared_memory.ShareableList(["howdy", b"HoWdY", -273.154, 100, None, True, 42], name=name)
    print("made", flush=True)
    while items[3] != -1:
        time.sleep(0.001)
    print(repr(list(items)), items.format)
    items.shm.close()
    items.shm.unlink()


def make_block(name):
    block = shared_memory.SharedMemory(name=name, create=True, size=5000)
    block.buf[:5] = b"howdy"
    print("made", flush=True)
    while block.buf[4999] == 0:
        time.sleep(0.001)
    print(bytes(block.buf[4990:]).lstrip(b"\0").decode())
    block.close()
    block.unlink()


def change_block(name):
    block = shared_memory.SharedMemory(name=name)
    forget(block)
    print(bytes(block.buf[:5]).decode(), block.size)
    block.buf[:5] = b"HELLO"


def pickle_of_list(name):
    items = shared_memory.ShareableList(name=name)
    forget(items.shm)
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        print(pickle.dumps(items, protocol).hex(), pickle.dumps(items.shm, protocol).hex())


def load(*pickles):
    for text in pickles:
        value = pickle.loads(bytes.fromhex(text))
        forget(value.shm if isinstance(value, shared_memory.ShareableList) else value)
        print(repr(value))


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
