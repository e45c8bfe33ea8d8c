"""The house rules that no linter knows."""

import ast
import re
import subprocess
from pathlib import Path

import polib
import pytest
from django.apps import apps
from django.conf import settings
from django.db import models

ROOT = Path(__file__).resolve().parents[2]
LINE = ["stores", "staff", "products", "campaigns", "kpis"]
TOP = {
    ".ci",
    ".dockerignore",
    ".editorconfig",
    ".gitattributes",
    ".gitignore",
    ".yamllint",
    "CHANGELOG.md",
    "Dockerfile",
    "LICENSE",
    "Makefile",
    "README.md",
    "benchmarks",
    "docker-compose.yml",
    "docs",
    "locale",
    "manage.py",
    "opsplan",
    "pyproject.toml",
    "requirements-dev.lock",
    "requirements.lock",
    "static",
    "templates",
    "tests",
    *LINE,
}
DRAWERS = {"utils", "util", "helpers", "helper", "common", "core", "managers", "signals", "constants", "misc", "tools"}
LONGEST = 400
COLOUR = re.compile(r"#(?:[0-9a-f]{8}|[0-9a-f]{6}|[0-9a-f]{3,4})\b|\b(?:rgba?|hsla?|oklch|oklab)\(", re.IGNORECASE)
MACHINE = re.compile(r"/root/|/home/[a-z]|/work/|/Users/|/opt/pypi|index-url|\b(?:files\.pythonhosted|pypi)\.org\b")


def tracked() -> list[Path]:
    """Files of the project, as git knows them; an export without .git is walked."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode == 0:
        return [ROOT / x for x in listed.stdout.decode().split("\0") if x and (ROOT / x).is_file()]
    return [x for x in ROOT.rglob("*") if x.is_file() and not {".venv", "var", ".git"} & set(x.relative_to(ROOT).parts)]


FILES = tracked()


def named(paths: list[Path]) -> list[str]:
    return [str(x.relative_to(ROOT)) for x in paths]


def sources(*suffixes: str, under: list[str]) -> list[Path]:
    return [x for x in FILES if x.suffix in suffixes and x.relative_to(ROOT).parts[0] in under]


def test_no_table_points_at_an_app_further_right() -> None:
    upward = [
        f"{model.__name__}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in LINE
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey | models.ManyToManyField | models.OneToOneField)
        and field.related_model._meta.app_label in LINE
        and field.related_model._meta.label != settings.AUTH_USER_MODEL
        and LINE.index(field.related_model._meta.app_label) > LINE.index(model._meta.app_label)
    ]
    assert upward == []


def test_nothing_new_lies_at_the_top() -> None:
    assert {x.relative_to(ROOT).parts[0] for x in FILES} - TOP == set()


def test_the_map_of_kpis_shows_each_of_its_modules_once() -> None:
    _before, _head, rest = (ROOT / "docs/architecture.md").read_text().partition("## The rooms of kpis\n")
    rooms = [line for line in rest.partition("\n## ")[0].splitlines() if line.startswith("| ")][1:]
    shown = [name for line in rooms for name in re.findall(r"`([\w/]+)`", line.split("|")[2])]
    modules = {x.stem for x in (ROOT / "kpis").glob("*.py")} - {"__init__", "apps"}
    folders = {f"{x.parent.name}/" for x in (ROOT / "kpis").glob("*/__init__.py")} - {"migrations/"}
    assert sorted(shown) == sorted(modules | folders)


def test_no_module_is_a_drawer_without_a_label() -> None:
    modules = sources(".py", under=["opsplan", *LINE])
    assert named([x for x in modules if x.stem in DRAWERS or DRAWERS & set(x.relative_to(ROOT).parts)]) == []


@pytest.mark.parametrize("app", ["opsplan", *LINE])
def test_every_module_stays_short(app: str) -> None:
    modules = [x for x in sources(".py", under=[app]) if "migrations" not in x.parts]
    assert named([x for x in modules if len(x.read_text().splitlines()) > LONGEST]) == []


def test_colours_are_named_in_the_tokens_only() -> None:
    sheets = [x for x in sources(".css", ".js", ".html", under=["static", "templates"]) if x.name != "tokens.css"]
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:60]}"
        for path in sheets
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if COLOUR.search(
            re.sub(r"(?:href|id|for|aria-\w+|xlink:href|hx-\w+)=\"#[^\"]*\"|url\(#[^)]*\)|&#\w+;", "", line)
        )
    ]
    assert found == []


def test_every_class_of_the_style_sheets_stands_in_a_page_or_is_made_of_a_part_that_does() -> None:
    others = {"errorlist", "htmx-request", "nsewdrag"}  # of Django, htmx and uPlot
    sheets = sources(".css", under=["static"])
    rules = (re.sub(r"/\*.*?\*/", "", x.read_text(), flags=re.S) for x in sheets)
    selectors = " ".join(text for rule in rules for text in re.findall(r"([^{}]+)\{", rule))
    pages = [*sources(".html", ".js", under=["static", "templates"]), *sources(".py", under=["opsplan", *LINE])]
    text = "\n".join(x.read_text() for x in pages)
    words = set(re.findall(r"[\w-]+", text))
    parts = set(re.findall(r"(?<![\w-])([a-z][\w-]*)(?:\$?\{)", text))  # size-{{ … }}, w{{ … }}, `is-${…}`

    def is_made(name: str) -> bool:
        return any(name[:n] in parts and (name[n - 1] == "-" or name[n:].isdigit()) for n in range(1, len(name)))

    classes = set(re.findall(r"\.([a-zA-Z][\w-]*)", selectors)) - words - others
    assert sorted(x for x in classes if not is_made(x)) == []


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    texts = [x for x in FILES if x.suffix not in {".mo", ".png", ".xls", ".xlsx", ".zip", ".ico", ".woff2"}]
    here = Path(__file__)
    assert named([x for x in texts if x != here and MACHINE.search(x.read_text(errors="replace"))]) == []


def test_every_app_with_tables_has_migrations() -> None:
    bare = [
        x for x in LINE if list(apps.get_app_config(x).get_models()) and not list((ROOT / x / "migrations").glob("0*"))
    ]
    assert bare == []


def test_nothing_is_loaded_from_another_host() -> None:
    pages = sources(".html", ".css", ".js", under=["static", "templates"])
    far = re.compile(r"(?:src|href)=\"(?:https?:)?//|@import\s+[\"']http|url\([\"']?(?:https?:)?//|from\s+[\"']https?:")
    assert named([x for x in pages if far.search(x.read_text())]) == []


def test_imports_stand_at_the_top_of_a_module() -> None:
    """ruff says so too, but a noqa would silence it: an import in a function hides a circle."""
    indented = re.compile(r"^[ \t]+(?:import|from)\s", re.M)  # only such files are worth parsing
    texts = [(path, path.read_text()) for path in sources(".py", under=["opsplan", *LINE])]
    inner = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path, text in texts
        if indented.search(text)
        for function in ast.walk(ast.parse(text))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert inner == []


def test_translations_are_compiled_as_they_stand() -> None:
    catalogues = list((ROOT / "locale").rglob("*.po"))
    assert catalogues
    for po in catalogues:
        assert polib.pofile(str(po)).to_binary() == po.with_suffix(".mo").read_bytes(), f"{po.name}: compile it anew"
