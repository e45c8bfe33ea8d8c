"""Settings refuse nonsense with a sentence, and the README's table names every one of them."""

import ast
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CODE = "from opsplan import settings; print({})"


def read(home: Path, expression: str = "settings.PORT", **env: str) -> "subprocess.CompletedProcess[str]":
    """The settings as a fresh process reads them."""
    return subprocess.run(
        [sys.executable, "-c", CODE.format(expression)],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "OPSPLAN_HOME": str(home), **env},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.once
@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("DEBUG", "maybe", "DEBUG must be yes or no, not 'maybe'."),
        ("PORT", "0", "PORT must be a whole number from 1 to 65535, not '0'."),
        ("HOST", "http://x", "HOST must be an address to listen at, like 127.0.0.1 or 0.0.0.0, not 'http://x'."),
        ("ALLOWED_HOSTS", "a.com,http://b.com", "not 'http://b.com'."),
        ("CSRF_TRUSTED_ORIGINS", "a.com", "CSRF_TRUSTED_ORIGINS must be addresses like https://ops.example.com"),
        ("SECRET_KEY", "short", "SECRET_KEY must have at least 32 characters."),
        ("DATABASE_URL", "mysql://x/y", "DATABASE_URL must start with postgres://, postgresql:// or sqlite:///."),
        ("DATABASE_URL", "postgres://localhost", "DATABASE_URL must name a database"),
        ("DATABASE_URL", "postgres://u:p@h:port/db", "DATABASE_URL cannot be read"),
        ("REDIS_URL", "127.0.0.1", "REDIS_URL must start with redis://, rediss:// or unix://."),
        ("REDIS_URL", "redis://here:there/0", "REDIS_URL cannot be read: redis://host:6379/0."),
        ("SECRET_KEY", " " * 40, "SECRET_KEY must have at least 32 characters."),
        ("API_RATE", "0/min", "API_RATE must be a rate like 600/min, not '0/min'."),
        ("OPSPLAN_TODAY", "9999-12-31", "OPSPLAN_TODAY must be a day between the years 2000 and 2100"),
        ("UPLOAD_LIMIT_MB", "-1", "UPLOAD_LIMIT_MB must be a whole number from 1 to 10240, not '-1'."),
        ("API_RATE", "often", "API_RATE must be a rate like 600/min, not 'often'."),
        ("LOG_LEVEL", "loud", "LOG_LEVEL must be DEBUG, INFO, WARNING, ERROR or CRITICAL, not 'loud'."),
        ("OPSPLAN_TODAY", "18.06.2026", "OPSPLAN_TODAY must be a day like 2026-06-18, not '18.06.2026'."),
        ("IMPORT_FOLDER", "exports", "IMPORT_FOLDER must be a folder, told from the root like /srv/exports"),
        ("OPSPLAN_HOME", "/proc/nowhere", "The folder /proc/nowhere cannot be made"),
    ],
)
def test_nonsense_is_refused_with_a_sentence(tmp_path: Path, name: str, value: str, sentence: str) -> None:
    done = read(tmp_path, **{name: value})
    assert done.returncode != 0
    assert sentence in done.stderr.splitlines()[-1]


@pytest.mark.once
def test_without_any_setting_it_is_closed_and_quiet(tmp_path: Path) -> None:
    done = read(tmp_path, "settings.DEBUG, settings.HOST, settings.PORT, '*' in settings.ALLOWED_HOSTS")
    assert done.stdout == "False 127.0.0.1 8000 False\n"


@pytest.mark.once
def test_the_secret_key_is_made_once_and_is_private(tmp_path: Path) -> None:
    first, second = (read(tmp_path, "settings.SECRET_KEY").stdout for _ in range(2))
    assert first == second
    assert len(first) > 50
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


@pytest.mark.once
def test_a_home_that_is_made_is_closed_to_other_accounts_of_the_machine(tmp_path: Path) -> None:
    assert read(tmp_path / "home", "settings.OPSPLAN_HOME.stat().st_mode & 0o777").stdout == "448\n"  # 0o700


def names_read() -> set[str]:
    """Every environment variable that settings.py asks for, by its syntax tree."""
    found = set()
    for node in ast.walk(ast.parse((ROOT / "opsplan" / "settings.py").read_text())):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = ast.unparse(node.func)
            if re.fullmatch(r"env_\w+|os\.environ\.get", called):
                found.add(str(node.args[0].value))
    return found


@pytest.mark.parametrize("page", ["README.md", "docs/README.zh.md"])
def test_the_settings_table_is_complete(page: str) -> None:
    table = set(re.findall(r"^\| `([A-Z_]+)`", (ROOT / page).read_text(), re.M))
    assert table == names_read()
