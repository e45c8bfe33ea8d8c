"""Every command says what it wants, what the documents type is taken, and what the machine refuses is a sentence."""

import argparse
import errno
import re
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.management import get_commands, load_command_class
from django.db import IntegrityError, OperationalError
from django.utils import translation

from opsplan import commandline

ROOT = Path(__file__).resolve().parents[2]
APPS = ("stores", "staff", "products", "campaigns", "kpis")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "templates").rglob("*.html"))]

pytestmark = pytest.mark.once


def parser_of(name: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = load_command_class(get_commands()[name], name).create_parser("manage.py", name)
    return parser


def test_every_argument_of_every_command_is_explained() -> None:
    """`--help` also has to come out: a lonely % in a text breaks it."""
    ours = [name for name, app in get_commands().items() if app in APPS]
    assert len(ours) > 40
    silent = []
    for name in ours:
        parser = parser_of(name)
        parser.format_help()
        silent += [] if parser.description else [name]
        silent += [f"{name} {each.dest}" for each in parser._actions if not each.help]
    assert silent == []


def test_what_the_documents_type_is_a_command_with_these_options() -> None:
    typed = {
        (page.name, match[1], option)
        for page in PAGES
        for match in re.finditer(r"manage\.py ([a-z_]+)([^\n`]*)", page.read_text("utf-8"))
        for option in ["", *re.findall(r"(?<![\w-])--[a-z_-]+", match[2])]
    }
    assert len(typed) > 80
    unknown = {(page, name) for page, name, _option in typed if name not in get_commands()}
    assert unknown == set()
    options = {name: set(parser_of(name)._option_string_actions) for name in {name for _page, name, _option in typed}}
    assert {x for x in typed if x[2] and x[2] not in options[x[1]]} == set()


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OperationalError("no such table: stores_store"), "manage.py migrate"),
        (OperationalError("connection refused\nIs the server running?"), "connection refused"),
        (OperationalError("database or disk is full"), "The disk is full"),
        (OSError(errno.ENOSPC, "No space left on device"), "The disk is full"),
        (PermissionError(errno.EACCES, "Permission denied", "/nowhere/x.xlsx"), "/nowhere/x.xlsx: Permission denied"),
        (ValidationError("No room for the file."), "No room for the file."),
        (ImproperlyConfigured("PORT must be a whole number"), "PORT must be a whole number"),
    ],
)
def test_what_the_machine_refuses_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception, said: str
) -> None:
    def refuses(_argv: list[str]) -> None:
        raise error

    monkeypatch.setattr(commandline, "execute_from_command_line", refuses)
    with translation.override("en"):
        assert commandline.main(["manage.py", "kpi"]) == 1
    told = capsys.readouterr().err
    assert said in told
    assert len(told.splitlines()) == 1


@pytest.mark.parametrize(
    ("error", "argv"),
    [(IntegrityError("a row"), ["kpi"]), (OperationalError("no such table: x"), ["kpi", "--traceback"])],
)
def test_a_fault_of_ours_and_what_is_asked_for_shows_its_trace(
    monkeypatch: pytest.MonkeyPatch, error: Exception, argv: list[str]
) -> None:
    def breaks(_argv: list[str]) -> None:
        raise error

    monkeypatch.setattr(commandline, "execute_from_command_line", breaks)
    with pytest.raises(type(error)):
        commandline.main(["manage.py", *argv])
