"""A calendar file (RFC 5545) of tasks (pure)."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

FOLD = 73  # octets a line, less than the 75 allowed


@dataclass(frozen=True)
class Entry:
    """starts, ends: instants in UTC; without a slot the whole days from `day` to `due`."""

    uid: str
    title: str
    note: str
    day: dt.date
    due: dt.date
    starts: dt.datetime | None
    ends: dt.datetime | None
    is_done: bool
    changed: dt.datetime


def calendar(name: str, entries: Iterable[Entry]) -> str:
    """An iCalendar file (RFC 5545) of these entries."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//opsplan//tasks//EN",
        "CALSCALE:GREGORIAN",
        f"X-WR-CALNAME:{text(name)}",
    ]
    for entry in entries:
        lines += event(entry)
    return "".join(f"{folded(line)}\r\n" for line in (*lines, "END:VCALENDAR"))


def event(entry: Entry) -> list[str]:
    """The lines of an entry: with times where it has them, else of whole days."""
    lines = ["BEGIN:VEVENT", f"UID:{entry.uid}", f"DTSTAMP:{utc(entry.changed)}"]
    if entry.starts is not None and entry.ends is not None:
        lines += [f"DTSTART:{utc(entry.starts)}", f"DTEND:{utc(entry.ends)}"]
    else:
        after = entry.due + dt.timedelta(days=1)
        lines += [f"DTSTART;VALUE=DATE:{entry.day:%Y%m%d}", f"DTEND;VALUE=DATE:{after:%Y%m%d}"]
    lines.append(f"SUMMARY:{'✓ ' if entry.is_done else ''}{text(entry.title)}")
    if entry.note:
        lines.append(f"DESCRIPTION:{text(entry.note)}")
    return [*lines, "TRANSP:TRANSPARENT", "END:VEVENT"]


def utc(at: dt.datetime) -> str:
    return f"{at.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"


def text(value: str) -> str:
    value = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return value.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "")


def folded(line: str) -> str:
    """Long lines go on in the next one, after a blank; no character is cut in two."""
    parts, size = [""], 0
    for character in line:
        octets = len(character.encode())
        if size + octets > FOLD:
            parts.append("")
            size = 1
        parts[-1] += character
        size += octets
    return "\r\n ".join(parts)
