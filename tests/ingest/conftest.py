import faulthandler
import json
import os
import resource
import subprocess

import pytest

from opsplan.lib import peek, workbooks


@pytest.fixture
def one_process(monkeypatch):
    """The first look into a workbook, without a process of its own: these are our own files."""

    def run(command, **_options):
        return subprocess.CompletedProcess(command, 0, json.dumps(peek.look(command[-1])).encode(), b"")

    monkeypatch.setattr(workbooks.subprocess, "run", run)


@pytest.fixture
def copied_process(monkeypatch):
    """The first look into a workbook in a copy of this process, with its limits: a damaged file may end that one. Much
    quicker than one that starts from nothing."""

    def run(command, **_options):
        theirs, ours = os.pipe()
        child = os.fork()
        if not child:
            code = 1
            faulthandler.disable()  # its end is no news
            try:
                resource.setrlimit(resource.RLIMIT_AS, (2 * peek.MEMORY, 2 * peek.MEMORY))
                resource.setrlimit(resource.RLIMIT_CPU, (peek.SECONDS, peek.SECONDS))
                with os.fdopen(ours, "w") as out:
                    json.dump(peek.look(command[-1]), out)
                code = 0
            except MemoryError:
                code = 2
            finally:
                os._exit(code)
        os.close(ours)
        with os.fdopen(theirs, "rb") as told:
            answer = told.read()
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        return subprocess.CompletedProcess(command, code, answer, b"MemoryError" if code == 2 else b"")

    monkeypatch.setattr(workbooks.subprocess, "run", run)
