"""The program that log_program.cpp is too: what Python's multiprocessing logs, in the same order."""
import logging
import multiprocessing
import time


def says_hello():
    multiprocessing.get_logger().info("hello from the child")


def exits():
    raise SystemExit(3)


def sleeps(connection):
    connection.send(1)
    time.sleep(100)


logger = multiprocessing.log_to_stderr()
logger.setLevel(logging.INFO)
logger.debug("not to be seen")
logger.warning("doomed")
logger.log(multiprocessing.util.SUBWARNING, "a level without a name")
logger.log(32, "and another")
logger.critical("two\nlines")

child = multiprocessing.Process(target=says_hello)
child.start()
child.join()
child = multiprocessing.Process(target=exits, name="Worker")
child.start()
child.join()
reader, writer = multiprocessing.Pipe(False)
daemon = multiprocessing.Process(target=sleeps, args=(writer,), daemon=True)
daemon.start()
reader.recv()
