import json
import subprocess

import pytest

from opsplan.lib import peek, workbooks


@pytest.fixture
def one_process(monkeypatch):
    """The first look into a workbook, without a process of its own: these are our own files."""

    def run(command, **_options):
        return subprocess.CompletedProcess(command, 0, json.dumps(peek.look(command[-1])).encode(), b"")

    monkeypatch.setattr(workbooks.subprocess, "run", run)
