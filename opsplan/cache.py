"""The cache on Valkey: Django's, with one client kept instead of a new one for every key asked for.

While the server is away nothing is found and nothing is kept: pages and programs are answered from the database, more
slowly and uncounted. Only what has to be forgotten (a revoked key) still fails aloud.
"""

import logging
from collections.abc import Callable
from typing import Any, TypeVar, cast

from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import ConnectionError as Refused
from redis.exceptions import TimeoutError as Silent

from opsplan.release import release

T = TypeVar("T")
log = logging.getLogger("opsplan.cache")

COUNT = """local n = redis.call('INCRBY', KEYS[1], ARGV[2])
if n == tonumber(ARGV[2]) then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return {n, redis.call('GET', KEYS[2]), KEYS[3] and redis.call('GET', KEYS[3])}"""


class KeptClient(RedisCacheClient):
    """A client made anew costs as much as the question. It holds no connection of its own; those are in the pool."""

    _serializer: Any  # Django's own; its types do not tell of it

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._kept: dict[bool, Any] = {}

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        if write not in self._kept:
            self._kept[write] = super().get_client(key, write=write)
        return self._kept[write]

    def count(self, key: str, before: str, seconds: int, also: str | None, many: int) -> tuple[int, int, Any]:
        keys = (key, before, also) if also else (key, before)
        now, then, *found = self.get_client(key, write=True).eval(COUNT, len(keys), *keys, seconds, many)
        return int(now), int(then or 0), self._serializer.loads(found[0]) if found and found[0] else None


class Cache(RedisCache):
    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = KeptClient

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return unless_away(lambda: super(Cache, self).get(key, default, version), default)

    def set(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> None:
        unless_away(lambda: super(Cache, self).set(key, value, *args, **kwargs), None)

    def count(
        self, key: str, before: str, seconds: int, also: str | None = None, many: int = 1
    ) -> tuple[int, int, Any]:
        """`many` more under `key`, which is forgotten `seconds` from now: (how many now, how many under `before`, what
        is kept under `also`)."""
        client, more = cast(KeptClient, self._cache), also and self.make_and_validate_key(also)
        keys = self.make_and_validate_key(key), self.make_and_validate_key(before)
        return unless_away(lambda: client.count(*keys, seconds, more or None, many), (many, 0, None))

    def take_back(self, key: str, many: int = 1) -> None:
        """So many fewer under `key`."""
        unless_away(lambda: self._cache.get_client(None, write=True).decr(self.make_and_validate_key(key), many), None)


def key_of(key: str, prefix: str, version: int) -> str:
    """Django's KEY_FUNCTION: each release has keys of its own."""
    return f"{prefix}:{release()}:{version}:{key}"


def unless_away(ask: Callable[[], T], otherwise: T) -> T:
    """What the server answers, or `otherwise` while it cannot be reached."""
    try:
        return ask()
    except (Refused, Silent) as problem:
        log.warning("cache away", extra={"data": {"problem": type(problem).__name__}})
        return otherwise


def shared() -> Cache:
    return cast(Cache, caches["default"])
