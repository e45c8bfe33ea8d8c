"""The cache on Valkey: Django's, with one client kept instead of a new one for every key asked for."""

from typing import Any, cast

from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache, RedisCacheClient


class KeptClient(RedisCacheClient):
    """A client made anew costs as much as the question. It holds no connection of its own; those are in the pool."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._kept: dict[bool, Any] = {}

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        if write not in self._kept:
            self._kept[write] = super().get_client(key, write=write)
        return self._kept[write]

    def count(self, key: str, before: str, seconds: int) -> tuple[int, int]:
        asked = self.get_client(key, write=True).pipeline(transaction=False)
        now, _set, then = asked.incr(key).expire(key, seconds).get(before).execute()
        return int(now), int(then or 0)


class Cache(RedisCache):
    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = KeptClient

    def count(self, key: str, before: str, seconds: int) -> tuple[int, int]:
        """One more under `key`, which is forgotten `seconds` from now: (how many now, how many under `before`)."""
        client = cast(KeptClient, self._cache)
        return client.count(self.make_and_validate_key(key), self.make_and_validate_key(before), seconds)

    def take_back(self, key: str) -> None:
        """One fewer under `key`."""
        self._cache.get_client(None, write=True).decr(self.make_and_validate_key(key))


def shared() -> Cache:
    return cast(Cache, caches["default"])
