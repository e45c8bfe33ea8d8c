import json
import subprocess

import pytest

from opsplan.lib import peek, workbooks
from tests.ingest import looking


@pytest.fixture
def one_process(monkeypatch):
    """The first look into a workbook, without a process of its own: these are our own files."""

    def run(command, **_options):
        return subprocess.CompletedProcess(command, 0, json.dumps(peek.look(command[-1])).encode(), b"")

    monkeypatch.setattr(workbooks.subprocess, "run", run)


@pytest.fixture
def copied_process(monkeypatch):
    """The first look into a workbook in a copy of a small process, with its limits."""
    looking.get_ready()

    def run(command, **_options):
        code, told = looking.look(command[-1])
        return subprocess.CompletedProcess(command, code, told, b"MemoryError" if code == 2 else b"")

    monkeypatch.setattr(workbooks.subprocess, "run", run)
