"""P8 and P10: the summary endpoint and the dashboard page against a hello-world view on the same server; P9: the
endpoint against Apache Superset."""

import datetime as dt
import http.client
import io
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client

from benchmarks import lines, superset
from benchmarks import shop as made
from benchmarks.recount import settle
from benchmarks.result import Result, median
from kpis import queries
from opsplan.lib.network import free_port
from staff.models import ApiToken, Member, User
from staff.roles import Level
from staff.services import create_token
from stores.models import Store

TODAY = dt.date(2026, 3, 20)
METRICS = "pay_amt,net_amt,real_amt,pay_order_cnt,pay_buyers,aov_buyer,uv,pv,pay_cvr,refund_amt,promo_cost,roi"
Ask = Callable[[int], tuple[str, dict[str, str]]]


@contextmanager
def server() -> Iterator[int]:
    """The shop on gunicorn as it is always run (`opsplan.web`), with one worker, two threads, warm connections."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "-c", "python:opsplan.web", "opsplan.wsgi:application"]
    command += ["-b", f"127.0.0.1:{port}", "-w", "1"]
    command += ["-k", "gthread", "--threads", "2", "--keep-alive", "30", "--log-level", "error"]
    environment = os.environ | {"LOG_LEVEL": "ERROR", "OPSPLAN_TODAY": TODAY.isoformat()}
    process = subprocess.Popen(command, env=environment)
    try:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                if request(http.client.HTTPConnection("127.0.0.1", port), "/bench/hello", {})[0] == 200:
                    break
            except OSError:
                time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def request(connection: http.client.HTTPConnection, path: str, headers: dict[str, str]) -> tuple[int, str]:
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    answer.read()
    return answer.status, answer.headers.get("ETag", "")


def rate(port: int, ask: Ask, status: int, count: int) -> float:
    """Requests a second over one kept connection; every answer must have `status`."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    request(connection, "/bench/hello", {})
    started = time.perf_counter()
    for number in range(count):
        path, headers = ask(number)
        got, _tag = request(connection, path, headers)
        assert got == status, f"{path} answered {got}, not {status}"
    spent = time.perf_counter() - started
    connection.close()
    return count / spent


def questions(store: Store) -> tuple[dict[str, str], Callable[[dt.date], str]]:
    """A token's header, and the summary's address for the 30 days that end on a day."""
    user = User.objects.get(username="li")
    ApiToken.objects.filter(user=user, name="bench").delete()
    _token, plaintext = create_token(user, "bench", "read", [store])

    def address(last: dt.date) -> str:
        first = last - dt.timedelta(days=29)
        return f"/api/v1/stores/{store.slug}/kpis/summary?from={first}&to={last}&metrics={METRICS}&compare=previous"

    return {"Authorization": f"Bearer {plaintext}"}, address


def shop() -> Store:
    """A store of the small demo."""
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("load_demo", today=TODAY, small=True, stdout=io.StringIO())
    return Store.objects.get(slug="chenlu")


def generated(history: int) -> Store:
    """A store with a fifth of `history` generated lines, which li owns."""
    made.add_history(history, seed=900)
    made.full_rollup()
    settle()
    store = made.store("bench-0")
    Member.objects.create(user=User.objects.get(username="li"), store=store, level=Level.OWNER)
    return store


def newest_day() -> dt.date:
    """The newest of the generated days, or today."""
    return min(TODAY, lines.FIRST_DAY + dt.timedelta(days=lines.DAYS - 1))


def chart_api(again: int, history: int) -> Iterator[Result]:
    """P9: p50 over one kept connection, of thirty days and those before, in a store with a fifth of `history` lines."""
    shop()
    store = generated(history)
    headers, address = questions(store)

    def end(number: int) -> dt.date:
        return newest_day() - dt.timedelta(days=1 + number % 40)

    def spans(number: int) -> list[tuple[str, str]]:
        ends = (end(number), end(number) - dt.timedelta(days=30))
        return [((last - dt.timedelta(days=29)).isoformat(), last.isoformat()) for last in ends]

    with server() as port:
        connection = http.client.HTTPConnection("127.0.0.1", port)

        def ours(number: int) -> None:
            status, _tag = request(connection, address(end(number)), headers)
            assert status == 200

        yield from superset.against(ours, spans, store.pk, again, Path(os.environ["OPSPLAN_HOME"]))


def web(again: int, count: int, history: int) -> Iterator[Result]:
    """P8 and P10 on the small demo, which has every source, and on generated lines, which are orders only."""
    yield from answers(shop(), "demo", TODAY, again, count)
    yield from answers(generated(history), f"{history:,} lines", newest_day(), again, count)


def answers(store: Store, name: str, today: dt.date, again: int, count: int) -> Iterator[Result]:
    """P8, then P10, of a store whose newest day is the one before `today`."""
    headers, address = questions(store)
    usual = address(today - dt.timedelta(days=1))
    with server() as port:
        status, tag = request(http.client.HTTPConnection("127.0.0.1", port), usual, headers)
        assert status == 200, f"{usual} answered {status}"
        kinds: dict[str, tuple[Ask, int]] = {
            "hello": (lambda _n: ("/bench/hello", {}), 200),
            "uncached": (lambda n: (address(today - dt.timedelta(days=1 + n % 40)), headers), 200),
            "cached": (lambda _n: (usual, headers), 200),
            "304": (lambda _n: (usual, headers | {"If-None-Match": tag}), 304),
        }
        rates: dict[str, list[float]] = {kind: [] for kind in kinds}
        for _round in range(again):
            for kind, (ask, wanted) in kinds.items():
                rates[kind].append(uncached(port, ask) if kind == "uncached" else rate(port, ask, wanted, count))
        hello = median(rates["hello"])
        for kind, goal in (("uncached", 0.20), ("cached", 0.50), ("304", 0.65)):
            ours = median(rates[kind])
            yield Result(f"P8 summary, {kind}, {name}", f"{ours:,.0f}/s", f"{hello:,.0f}/s", ours / hello, goal)
        yield from page(port, store, name, today, again, ask=kinds["uncached"][0])


def uncached(port: int, ask: Ask) -> float:
    """Forty different questions on an empty cache (the token's own look-up is warmed again first)."""
    cache.clear()
    connection = http.client.HTTPConnection("127.0.0.1", port)
    path, headers = ask(41)
    request(connection, path.replace("&compare=previous", ""), headers)
    connection.close()
    return rate(port, ask, 200, 40)


def page(port: int, store: Store, name: str, today: dt.date, again: int, *, ask: Ask) -> Iterator[Result]:
    """P10: the dashboard's first answer, logged in, against the endpoint, both uncached; and its second, which brings
    the lower parts and finds in the cache what the first has read."""
    client = Client()
    client.force_login(User.objects.get(username="li"), backend=settings.AUTHENTICATION_BACKENDS[-1])
    cookie = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"}
    version = {"X-Data-Version": str(queries.version(store))}
    board = f"/s/{store.slug}/dashboard/"

    def span(number: int) -> str:
        last = today - dt.timedelta(days=1 + number % 40)
        return f"?period=custom&from={last - dt.timedelta(days=29)}&to={last}&compare=previous"

    pages, seconds, endpoints = [], [], []
    for _round in range(again):
        cache.clear()
        rate(port, lambda _n: ("/bench/hello", {}), 200, 5)
        pages.append(1000 / rate(port, lambda n: (f"{board}{span(n)}", cookie), 200, 20))
        seconds.append(1000 / rate(port, lambda n: (f"{board}rest/{span(n)}", cookie | version), 200, 20))
        endpoints.append(1000 / uncached(port, ask))
    theirs = median(endpoints)
    for part, ours in (("dashboard page", median(pages)), ("its second answer", median(seconds))):
        title = f"P10 {part} : summary, {name}"
        yield Result(title, f"{ours:.1f} ms", f"{theirs:.1f} ms", ours / theirs, 3, at_most=True)
