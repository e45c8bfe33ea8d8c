"""P9: the KPI question of P8 asked of Apache Superset's chart data API, over the same orders in the same database.

Superset is no part of the project: it goes into a throwaway environment, only when the row is asked for by name
(`--only P9`). SUPERSET_VENV names one that is there already. Its metadata lie in SQLite, its results in our Valkey.
"""

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.cache import cache

from benchmarks.result import Result, median
from opsplan.lib.network import free_port

# Flask-Caching is the release that Superset 6.1 was made with; rich and cachetools are those it forgets to ask for.
PACKAGES = (
    *("apache-superset==6.1.0", "flask-caching==2.3.1", "rich", "cachetools"),
    *("psycopg2-binary", "redis", "gunicorn"),
)
CONFIG = """import os
SECRET_KEY = os.environ["SECRET_KEY"]
SQLALCHEMY_DATABASE_URI = os.environ["SUPERSET_META"]
WTF_CSRF_ENABLED = TALISMAN_ENABLED = False
DATA_CACHE_CONFIG = {"CACHE_TYPE": "RedisCache", "CACHE_DEFAULT_TIMEOUT": 3600, "CACHE_KEY_PREFIX": "superset_",
                     "CACHE_REDIS_URL": os.environ["REDIS_URL"]}
"""
PASSWORD = "only-for-benchmarks"
# Twelve figures that the order table can tell; Superset gets no traffic, ads or targets to read.
METRICS = {
    "pay_amt": "SUM(pay_fen) / 100.0",
    "net_amt": "SUM(pay_fen - refund_fen) / 100.0",
    "real_amt": "SUM(pay_fen - COALESCE(freight_fen, 0)) / 100.0",
    "pay_order_cnt": "COUNT(*)",
    "pay_buyers": "COUNT(DISTINCT buyer_key)",
    "aov_buyer": "SUM(pay_fen) / 100.0 / NULLIF(COUNT(DISTINCT buyer_key), 0)",
    "aov_order": "AVG(pay_fen) / 100.0",
    "refund_amt": "SUM(refund_fen) / 100.0",
    "refund_rate_amt": "SUM(refund_fen) * 1.0 / NULLIF(SUM(pay_fen), 0)",
    "pay_item_cnt": "SUM(item_qty)",
    "freight": "SUM(freight_fen) / 100.0",
    "total": "SUM(total_fen) / 100.0",
}


def environment(home: Path) -> Path:
    """The `bin` of an environment with Superset in it."""
    given = os.environ.get("SUPERSET_VENV")
    venv = Path(given) if given else home / "superset-venv"
    if not (venv / "bin" / "superset").exists():
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
        subprocess.run([venv / "bin" / "pip", "install", "-q", *PACKAGES], check=True)
    return venv / "bin"


class Chart:
    """One kept connection to Superset's REST API, logged in as its administrator."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.headers = {"Content-Type": "application/json"}
        login = {"username": "admin", "password": PASSWORD, "provider": "db"}
        self.headers["Authorization"] = f"Bearer {self.post('security/login', login)['access_token']}"

    def post(self, path: str, body: Any, method: str = "POST") -> Any:
        self.connection.request(method, f"/api/v1/{path}", json.dumps(body), self.headers)
        answer = self.connection.getresponse()
        text = answer.read()
        assert answer.status in (200, 201), f"{path} answered {answer.status}: {text[:300]!r}"
        return json.loads(text)

    def dataset(self) -> int:
        """The order table with the twelve metrics, made known to Superset."""
        uri = os.environ["DATABASE_URL"].replace("postgres://", "postgresql+psycopg2://", 1)
        base = self.post("database/", {"database_name": "shop", "sqlalchemy_uri": uri})["id"]
        found: int = self.post("dataset/", {"database": base, "schema": "public", "table_name": "kpis_order"})["id"]
        metrics = [{"metric_name": name, "expression": sql} for name, sql in METRICS.items()]
        self.post(f"dataset/{found}", {"metrics": metrics}, "PUT")
        return found

    def ask(self, dataset: int, store: int, spans: list[tuple[str, str]], force: bool) -> Any:
        """The figures of the spans (first and last day, both included): a query each, in one request."""
        queries = [
            {
                "metrics": list(METRICS),
                "columns": [],
                "filters": [
                    {"col": "store_id", "op": "==", "val": store},
                    {"col": "pay_day", "op": ">=", "val": first},
                    {"col": "pay_day", "op": "<=", "val": last},
                ],
                "row_limit": 100,
            }
            for first, last in spans
        ]
        source = {"id": dataset, "type": "table"}
        return self.post("chart/data", {"datasource": source, "queries": queries, "force": force})["result"]


@contextmanager
def superset(home: Path) -> Iterator[Chart]:
    """Superset on gunicorn, as our own server in P8: one worker, two threads, kept connections."""
    programs, port, folder = environment(home), free_port(), home / "superset"
    folder.mkdir()
    (folder / "superset_config.py").write_text(CONFIG)
    env = {key: value for key, value in os.environ.items() if key not in ("DJANGO_SETTINGS_MODULE", "PYTHONPATH")}
    env |= {"SUPERSET_CONFIG_PATH": str(folder / "superset_config.py"), "SUPERSET_HOME": str(folder)}
    env |= {"FLASK_APP": "superset.app:create_app()", "SUPERSET_META": f"sqlite:///{folder}/meta.db"}
    quiet: dict[str, Any] = {"env": env, "cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    admin = ["--username", "admin", "--firstname", "a", "--lastname", "b", "--email", "a@example.com"]
    for step in (["db", "upgrade"], ["fab", "create-admin", *admin, "--password", PASSWORD], ["init"]):
        subprocess.run([programs / "superset", *step], check=True, **quiet)
    command = [programs / "gunicorn", "superset.app:create_app()", "-b", f"127.0.0.1:{port}", "-w", "1"]
    command += ["-k", "gthread", "--threads", "2", "--keep-alive", "30", "--timeout", "120", "--log-level", "error"]
    server = subprocess.Popen(command, **quiet)
    try:
        yield when_open(port)
    finally:
        server.terminate()
        server.wait(20)


def when_open(port: int) -> Chart:
    deadline = time.monotonic() + 120
    while True:
        try:
            return Chart(port)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)


def took(ask: Callable[[int], object], count: int) -> list[float]:
    """Milliseconds of each call."""
    out = []
    for number in range(count):
        started = time.perf_counter()
        ask(number)
        out.append((time.perf_counter() - started) * 1000)
    return out


def against(ours: Callable[[int], object], spans: Callable[[int], list[tuple[str, str]]], store: int, again: int,
            home: Path) -> Iterator[Result]:  # fmt: skip
    """p50 of the same question, cache off (twenty different months) and on (one, asked again), in turns."""
    off: dict[str, list[float]] = {"ours": [], "theirs": []}
    on: dict[str, list[float]] = {"ours": [], "theirs": []}
    with superset(home) as chart:
        dataset = chart.dataset()

        def forced(number: int) -> object:
            return chart.ask(dataset, store, spans(number), force=True)

        def kept(_number: int) -> object:
            return chart.ask(dataset, store, spans(0), force=False)

        for each in (off, on):
            took(kept, 2)
            took(lambda _n: ours(0), 2)
            for _round in range(again):
                if each is off:
                    cache.clear()
                    ours(41)
                each["ours"] += took(ours if each is off else lambda _n: ours(0), 20)
                each["theirs"] += took(forced if each is off else kept, 10)
    for name, found in (("cache off", off), ("cache on", on)):
        mine, theirs = median(found["ours"]), median(found["theirs"])
        yield Result(f"P9 Superset : summary, {name}", f"{mine:.1f} ms", f"{theirs:.1f} ms", theirs / mine, 40)
