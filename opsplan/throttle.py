"""So many requests a span for each user: two numbers in the cache instead of a list of times, one question each."""

from typing import Any

from rest_framework.request import Request
from rest_framework.throttling import UserRateThrottle

from opsplan.cache import shared


class Throttle(UserRateThrottle):
    """Counts by spans of the clock and lets the span before weigh as much as the last `duration` seconds reach into it:
    so nobody gets twice the rate where two spans meet. A refused request is not counted."""

    seconds_left = 0.0

    def allow_request(self, request: Request, view: Any) -> bool:
        return self.rate is None or self.let_in(self.get_cache_key(request, view) or "")[0]

    def let_in(self, user: str, also: str | None = None) -> tuple[bool, Any]:
        """Whether one more request of this user is let in, and what the cache holds under `also`: one trip for both."""
        limit, duration = (int(x or 0) for x in self.parse_rate(self.rate))
        span, passed = divmod(self.timer(), duration)
        key, before = (f"{user}:{int(span) - back}" for back in (0, 1))
        count, then, found = shared().count(key, before, 2 * duration, also)
        if then * (1 - passed / duration) + count <= limit:
            return True, found
        shared().take_back(key)
        self.seconds_left = self._until(limit - count, then, duration, passed)
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
