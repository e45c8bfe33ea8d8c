"""So many requests a span for each user: two numbers in the cache instead of a list of times, one question each."""

from collections import OrderedDict
from threading import Lock
from typing import Any

from rest_framework.request import Request
from rest_framework.throttling import UserRateThrottle

from opsplan.cache import shared

PARTS, MOST_AT_ONCE = 100, 10  # a process counts one part of a rate at once, and not more than so many requests


class Granted:
    """How many requests this process has counted and not let in yet, by user and span."""

    def __init__(self, most: int) -> None:
        self._left: OrderedDict[str, int] = OrderedDict()
        self._most = most
        self._lock = Lock()

    def take(self, key: str) -> bool:
        with self._lock:
            left = self._left.get(key, 0)
            if left:
                self._left[key] = left - 1
            return left > 0

    def put(self, key: str, many: int) -> None:
        """Oldest first, those of spans long over are dropped."""
        if not many:
            return
        with self._lock:
            self._left[key] = self._left.pop(key, 0) + many
            if len(self._left) > self._most:
                self._left.popitem(last=False)

    def forget(self) -> None:
        with self._lock:
            self._left.clear()


GRANTED = Granted(10_000)


class Throttle(UserRateThrottle):
    """Counts by spans of the clock and lets the span before weigh as much as the last `duration` seconds reach into it:
    so nobody gets twice the rate where two spans meet. A refused request is not counted."""

    seconds_left = 0.0

    def allow_request(self, request: Request, view: Any) -> bool:
        return self.rate is None or self.let_in(self.get_cache_key(request, view) or "")[0]

    def let_in(self, user: str, also: str | None = None) -> tuple[bool, Any]:
        """Whether one more request of this user is let in, and what the cache holds under `also`: one trip for both.

        Where nothing else is asked of the cache, a process counts a hundredth of the rate (at most ten) at once and
        lets as many in without a trip. Never more than the rate get in; what it did not need is lost with the span."""
        limit, duration = (int(x or 0) for x in self.parse_rate(self.rate))
        span, passed = divmod(self.timer(), duration)
        key, before = (f"{user}:{int(span) - back}" for back in (0, 1))
        if also is None and GRANTED.take(key):
            return True, None
        many = 1 if also else min(max(1, limit // PARTS), MOST_AT_ONCE)
        count, then, found = shared().count(key, before, 2 * duration, also, many)
        free = limit - (count - many) - then * (1 - passed / duration)
        granted = max(0, min(many, int(free)))
        if granted < many:
            shared().take_back(key, many - granted)
        if granted:
            GRANTED.put(key, granted - 1)
            return True, found
        self.seconds_left = self._until(limit - (count - many + 1), then, duration, passed)
        return False, None

    def key_of(self, user: int) -> str:
        """What a user's requests are counted under."""
        return self.cache_format % {"scope": self.scope, "ident": user}

    def take_back(self, user: str) -> None:
        """A request that was let in counts for nothing: somebody else will count it."""
        duration = int(self.parse_rate(self.rate)[1] or 1)
        shared().take_back(f"{user}:{int(self.timer() // duration)}")

    def _until(self, free: int, then: int, duration: int, passed: float) -> float:
        """Seconds until the span before weighs so little that one more fits; at most until this span is over."""
        share = 1 - free / then if then and free >= 0 else 1.0
        return max(1.0, share * duration - passed)

    def wait(self) -> float:
        return self.seconds_left
