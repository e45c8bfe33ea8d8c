"""How many requests a span one user may make."""

import uuid

import pytest

from opsplan import throttle as ours
from opsplan.cache import Cache
from opsplan.throttle import Throttle

MINUTE = 60_000  # a moment at which a minute of the clock begins


@pytest.fixture
def allowed(monkeypatch):
    """Whether another request of one user is let through at a moment, at four a minute; and how long it has to wait."""
    key = uuid.uuid4().hex
    monkeypatch.setattr(Throttle, "rate", "4/min", raising=False)
    monkeypatch.setattr(Throttle, "get_cache_key", lambda *_args: key)

    def ask(at: float) -> tuple[bool, float]:
        throttle = Throttle()
        monkeypatch.setattr(throttle, "timer", lambda: at)
        return throttle.allow_request(None, None), throttle.wait()

    return ask


def test_it_lets_so_many_through_and_says_how_long_to_wait(allowed):
    assert [allowed(MINUTE + i)[0] for i in range(5)] == [True, True, True, True, False]
    assert allowed(MINUTE + 20) == (False, 40)


def test_the_minute_before_weighs_as_much_as_it_reaches_into_the_last_sixty_seconds(allowed):
    assert all(allowed(MINUTE + 50)[0] for _i in range(4))
    assert [allowed(MINUTE + 61)[0], allowed(MINUTE + 90)[0], allowed(MINUTE + 90)[0]] == [False, True, True]
    assert allowed(MINUTE + 90) == (False, 15)  # then 4 x 1/4 + 3 are four


def test_a_refused_request_does_not_count(allowed):
    assert [allowed(MINUTE)[0] for _i in range(40)].count(True) == 4
    assert [allowed(MINUTE + 120)[0] for _i in range(5)].count(True) == 4


def test_a_process_counts_a_hundredth_of_the_rate_at_once(allowed, monkeypatch):
    monkeypatch.setattr(Throttle, "rate", "300/min", raising=False)
    trips, count = [], Cache.count

    def counted(*args, **kwargs):
        trips.append(args)
        return count(*args, **kwargs)

    monkeypatch.setattr(Cache, "count", counted)
    assert [allowed(MINUTE)[0] for _i in range(301)] == [True] * 300 + [False]
    assert len(trips) == 101


def test_several_processes_together_never_let_in_more_than_the_rate(allowed, monkeypatch):
    monkeypatch.setattr(Throttle, "rate", "300/min", raising=False)
    processes = [ours.Granted(10) for _each in range(7)]
    let_in = 0
    for turn in range(700):
        monkeypatch.setattr(ours, "GRANTED", processes[turn * 5 % 7])
        let_in += allowed(MINUTE)[0]
    assert let_in == 300


def test_what_was_counted_for_a_span_is_not_let_in_in_the_next(allowed, monkeypatch):
    monkeypatch.setattr(Throttle, "rate", "200/min", raising=False)
    assert allowed(MINUTE)[0]
    monkeypatch.setattr(Throttle, "rate", "1/min", raising=False)
    assert [allowed(MINUTE + 120)[0] for _i in range(2)] == [True, False]


def test_spans_long_over_are_forgotten():
    granted = ours.Granted(2)
    for key in ("a:1", "b:1", "c:1"):
        granted.put(key, 1)
    assert [granted.take(key) for key in ("a:1", "b:1", "c:1", "c:1")] == [False, True, True, False]
