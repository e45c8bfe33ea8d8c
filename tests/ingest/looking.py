"""A first look into a workbook in a copy of a small process, which has read nothing but this module: neither started
from nothing, as the real one is, nor copied from all that the tests hold. A damaged file may end it."""

import faulthandler
import json
import multiprocessing
import os
import resource
from multiprocessing import forkserver
from multiprocessing.connection import Connection

from opsplan.lib import peek

COPIES = multiprocessing.get_context("forkserver")


def get_ready() -> None:
    COPIES.set_forkserver_preload([__name__])
    forkserver.ensure_running()


def look(path: str) -> tuple[int, bytes]:
    """How it ended and what it said, within the limits of the real one."""
    theirs, ours = COPIES.Pipe(duplex=False)
    child = COPIES.Process(target=tell, args=(path, ours))
    child.start()
    ours.close()
    try:
        answer = theirs.recv_bytes()
    except EOFError:
        answer = b""
    theirs.close()
    child.join()
    code = child.exitcode
    child.close()
    return 2 if answer == b"MemoryError" else code or 0, answer


def tell(path: str, ours: Connection) -> None:
    faulthandler.disable()  # its end is no news
    resource.setrlimit(resource.RLIMIT_AS, (peek.MEMORY, peek.MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (peek.SECONDS, peek.SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        ours.send_bytes(json.dumps(peek.look(path)).encode())
    except MemoryError:
        ours.send_bytes(b"MemoryError")
    except BaseException:  # the library's own kind of failure is not an Exception
        os._exit(1)
