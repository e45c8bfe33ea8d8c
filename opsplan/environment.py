"""Readers of what the environment says: each refuses nonsense with a sentence (ImproperlyConfigured)."""

import datetime as dt
import os
import re
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def env_bool(name: str, default: bool) -> bool:
    raw = os.environ.get(name, "").strip().lower()
    if raw in ("", "1", "true", "yes", "on", "0", "false", "no", "off"):
        return default if raw == "" else raw in ("1", "true", "yes", "on")
    raise ImproperlyConfigured(f"{name} must be yes or no, not {raw!r}.")


def env_int(name: str, default: int, low: int, high: int) -> int:
    raw = os.environ.get(name, "").strip()
    if not raw:
        return default
    if not raw.isdigit() or not low <= int(raw) <= high:
        raise ImproperlyConfigured(f"{name} must be a whole number from {low} to {high}, not {raw!r}.")
    return int(raw)


def env_choice(name: str, default: str, allowed: str, words: str) -> str:
    """The value, if all of it fits the pattern `allowed`; `words` finishes the sentence "NAME must be ..."."""
    raw = os.environ.get(name, "").strip() or default
    if not re.fullmatch(allowed, raw):
        raise ImproperlyConfigured(f"{name} must be {words}, not {raw!r}.")
    return raw


def env_list(name: str, default: list[str], allowed: str, words: str) -> list[str]:
    """Comma-separated; every part must fit the pattern `allowed`."""
    parts = [part.strip() for part in os.environ.get(name, "").split(",") if part.strip()]
    for part in parts:
        if not re.fullmatch(allowed, part):
            raise ImproperlyConfigured(f"{name} must be {words} with commas between, not {part!r}.")
    return parts or default


def env_day(name: str) -> dt.date | None:
    raw = os.environ.get(name, "").strip()
    try:
        found = dt.date.fromisoformat(raw) if raw else None
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a day like 2026-06-18, not {raw!r}.") from None
    if found and not 2000 <= found.year <= 2100:
        raise ImproperlyConfigured(f"{name} must be a day between the years 2000 and 2100, not {raw!r}.")
    return found


def env_folder(name: str) -> str:
    """A folder others write into. It may come later (a share that is not mounted yet), so only its place is judged."""
    raw = os.environ.get(name, "").strip()
    if raw and (not Path(raw).is_absolute() or (Path(raw).exists() and not Path(raw).is_dir())):
        raise ImproperlyConfigured(f"{name} must be a folder, told from the root like /srv/exports, not {raw!r}.")
    return raw


def private_dir(path: Path) -> Path:
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)  # what is made here is for this account alone
    except OSError as problem:
        raise ImproperlyConfigured(f"The folder {path} cannot be made: {problem.strerror}.") from problem
    if not os.access(path, os.W_OK):
        raise ImproperlyConfigured(f"The folder {path} belongs to somebody else: choose another with OPSPLAN_HOME.")
    return path
