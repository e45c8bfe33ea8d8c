"""The installer, with a stand-in for what it calls: what it does when, and what it says."""

import subprocess
import sys
from pathlib import Path

import pytest

from opsplan import install

pytestmark = pytest.mark.once


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty clone: locks with one package, no environment yet; pip is recorded, not run."""
    for name, value in {"ROOT": tmp_path, "VENV": tmp_path / ".venv", "PYTHON": tmp_path / ".venv/bin/python"}.items():
        monkeypatch.setattr(install, name, value)
    monkeypatch.setattr(install, "STAMP", tmp_path / ".venv/installed")
    for attribute, name in (("RUN", "requirements.lock"), ("DEV", "requirements-dev.lock")):
        (tmp_path / name).write_text("six==1.0 \\\n    --hash=sha256:0\n")
        monkeypatch.setattr(install, attribute, tmp_path / name)
    monkeypatch.setattr(sys, "argv", ["install.py"])
    return tmp_path


@pytest.fixture
def pip(place: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    calls: list[list[str]] = []

    def environment() -> bool:
        install.PYTHON.parent.mkdir(parents=True, exist_ok=True)
        install.PYTHON.touch()
        return True

    def run(command: list[str], **_more: object) -> "subprocess.CompletedProcess[bytes]":
        calls.append(command)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(install, "make_environment", environment)
    monkeypatch.setattr(install, "pip_command", lambda: ["pip"])
    monkeypatch.setattr(subprocess, "run", run)
    return calls


def test_it_installs_what_the_lock_says_once(place: Path, pip: list[list[str]]) -> None:
    assert (install.main(), install.main()) == (0, 0)
    (command,) = pip
    assert command[-3:] == ["--require-hashes", "-r", str(place / "requirements.lock")]
    assert ("--only-binary" in command, "--no-deps" in command) == (True, True)


def test_a_changed_lock_is_installed_again(place: Path, pip: list[list[str]]) -> None:
    install.main()
    (place / "requirements.lock").write_text("six==1.1 \\\n    --hash=sha256:1\n")
    install.main()
    assert len(pip) == 2


def test_what_testing_needs_includes_what_running_needs(pip: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["install.py", "--dev"])
    install.main()
    monkeypatch.setattr(sys, "argv", ["install.py"])
    install.main()
    assert [x[-1].rsplit("/")[-1] for x in pip] == ["requirements-dev.lock"]


def test_a_failed_installation_is_tried_again(
    place: Path, pip: list[list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(subprocess, "run", lambda *x, **y: subprocess.CompletedProcess([], 1))
    assert install.main() == 1
    assert "pip could not install" in capsys.readouterr().out
    assert not install.STAMP.exists()


def test_without_pip_it_names_the_one_command(
    pip: list[list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(install, "pip_command", lambda: None)
    assert install.main() == 1
    assert "apt install python3-venv" in capsys.readouterr().out


def test_where_ensurepip_is_missing_the_machines_pip_fills_the_environment(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Debian without python3-venv: `venv` fails, `venv --without-pip` works, `pip --python` installs into it."""
    tried: list[tuple[str, ...]] = []

    def works(*command: str) -> bool:
        tried.append(command)
        return "--without-pip" in command or "--python" in command

    monkeypatch.setattr(install, "works", works)
    assert install.make_environment() is True
    assert install.pip_command() == [sys.executable, "-m", "pip", "--python", str(install.PYTHON)]
    assert any(x[-1] == str(install.VENV) and "--without-pip" not in x for x in tried)
