"""The platform of the store whose page is being served: set by the gate, as `stores.currency` is."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_active: ContextVar[str] = ContextVar("platform", default="")


def active() -> str:
    """Of the store being served; "" where a page is about several, and for programs and commands."""
    return _active.get()


@contextmanager
def override(platform: str) -> Iterator[None]:
    """Inside, figures are called as people of this platform call them."""
    token = _active.set(platform)
    try:
        yield
    finally:
        _active.reset(token)
