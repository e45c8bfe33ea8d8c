"""The command line: `manage.py`, and how its commands read days and months.

What a setting, the database or the disk refuses is one sentence there, not a trace; `--traceback` shows it all."""

import argparse
import datetime as dt
import os
import sys
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.management import CommandError, execute_from_command_line
from django.db import DatabaseError, InterfaceError, OperationalError
from django.utils.translation import gettext as _

from opsplan import fulldisk
from opsplan.lib.periods import Period

CANNOT, STOPPED, NOBODY_READS = 1, 130, 141  # exit codes; the last two as a shell tells SIGINT and SIGPIPE
OLD_TABLES = ("no such table", "no such column", "has no column named")  # SQLite
PG_OLD_TABLES = ("42P01", "42703")  # PostgreSQL: undefined_table, undefined_column


def main(argv: list[str]) -> int:
    """Run a command of manage.py; the exit code."""
    try:
        execute_from_command_line(argv)
        sys.stdout.flush()  # what nobody reads any more is noticed here, not as the interpreter ends
    except ImproperlyConfigured as nonsense:
        return told(str(nonsense))
    except KeyboardInterrupt:
        return told(_("Stopped."), STOPPED)
    except BrokenPipeError:  # `| head` has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NOBODY_READS
    except (DatabaseError, InterfaceError, OSError, ValidationError) as problem:
        sentence = None if "--traceback" in argv else sentence_of(problem)
        if sentence is None:
            raise
        return told(sentence)
    return 0


def told(sentence: str, code: int = CANNOT) -> int:
    sys.stderr.write(f"{sentence}\n")
    return code


def sentence_of(problem: Exception) -> str | None:
    """What the machine has refused; None for what is a fault of ours."""
    if isinstance(problem, ValidationError):  # met deep inside, as a full disk while the demo is loaded
        return " ".join(problem.messages)
    said = str(problem).strip().splitlines()[0] if str(problem).strip() else type(problem).__name__
    if fulldisk.is_full(problem):
        return _("The disk is full: make room, then run it again.")
    if isinstance(problem, OSError):
        return f"{problem.filename}: {problem.strerror}" if problem.filename else None
    code = getattr(problem.__cause__, "pgcode", None)
    if code in PG_OLD_TABLES or any(x in said for x in OLD_TABLES):
        return _("The tables are not there yet, or not those of this version: manage.py migrate makes them.")
    if isinstance(problem, OperationalError | InterfaceError) and code is None:
        return _("The database does not answer as it should: %s") % said
    return None


def day(text: str) -> dt.date:
    """A local day as commands are told it, of the years in which anything can be asked."""
    try:
        found = dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(_("%s is not a day; write it like 2026-11-22.") % repr(text)) from None
    if not 2000 <= found.year <= 2100:
        raise argparse.ArgumentTypeError(_("Choose a day between the years 2000 and 2100."))
    return found


def month(text: str) -> dt.date:
    """The first day of a month that is told like 2026-11."""
    try:
        found = dt.date.fromisoformat(f"{text}-01")
    except ValueError:
        raise argparse.ArgumentTypeError(_("%s is not a month; write it like 2026-11.") % repr(text)) from None
    return day(found.isoformat())


def add_days(parser: argparse.ArgumentParser) -> None:
    """--from and --to: local days of a store, both included; `days_told` reads them."""
    for name, dest, text in (("--from", "first", "its first local day"), ("--to", "last", "its last local day")):
        parser.add_argument(name, dest=dest, type=day, required=True, metavar="YYYY-MM-DD", help=text)


def days_told(options: Mapping[str, Any]) -> Period:
    if options["last"] < options["first"]:
        raise CommandError(_("The period ends before it starts."), returncode=2)
    return Period(options["first"], options["last"])
