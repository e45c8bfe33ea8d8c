"""What a process has read and may read again, in so many bytes at most: what nobody asked for longest makes room."""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any

SMALL = 10_000  # bytes that a thing is taken for which nobody has weighed


class Shelf:
    """Things, each in the state (a version) in which it was read. Threads may share it."""

    def __init__(self, room: int) -> None:
        self.room = room  # bytes
        self._weight = 0
        self._things: OrderedDict[Hashable, tuple[Any, Any, int]] = OrderedDict()
        self._lock = threading.Lock()

    def __contains__(self, name: Hashable) -> bool:
        return name in self._things

    def get(self, name: Hashable, state: Any) -> tuple[Any] | None:
        """The thing in this state, None where it was not put there or was thrown out."""
        with self._lock:
            found = self._things.get(name)
            if found is None or found[0] != state:
                return None
            self._things.move_to_end(name)
            return (found[1],)

    def put(self, name: Hashable, state: Any, thing: Any, weight: int = SMALL) -> None:
        """Keep it instead of what was there under this name. weight: bytes, about."""
        with self._lock:
            self._weight += weight - self._things.pop(name, (None, None, 0))[2]
            self._things[name] = state, thing, weight
            while self._weight > self.room:
                self._weight -= self._things.popitem(last=False)[1][2]

    def clear(self) -> None:
        with self._lock:
            self._things.clear()
            self._weight = 0
