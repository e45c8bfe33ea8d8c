"""Make .venv and put into it what the lock says. Run by the machine's own python3: standard library only.

    python3 -I -B opsplan/install.py [--dev]

Nothing happens when the lock has not changed since the last time. No package is built: wheels only.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed"
RUN, DEV = ROOT / "requirements.lock", ROOT / "requirements-dev.lock"


def say(text: str) -> None:
    told = sys.stdout.encoding or "utf-8"  # a terminal that cannot write Chinese shows question marks for it
    sys.stdout.write(text.encode(told, "replace").decode(told) + "\n")
    sys.stdout.flush()


def stamp(lock: Path) -> str:
    return f"{lock.name} {hashlib.sha256(lock.read_bytes()).hexdigest()}"


def works(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def pip_command() -> "list[str] | None":
    """The environment's own pip, else the machine's pip working on the environment (Debian without python3-venv)."""
    if works(str(PYTHON), "-m", "pip", "--version"):
        return [str(PYTHON), "-m", "pip"]
    for pip in ([sys.executable, "-m", "pip"], ["pip3"], ["pip"]):
        if works(*pip, "--python", str(PYTHON), "--version"):
            return [*pip, "--python", str(PYTHON)]
    return None


def make_environment() -> bool:
    """An environment that starts: a broken or moved one is made anew."""
    if works(str(PYTHON), "-c", f"import sys; sys.exit(sys.prefix != {str(VENV)!r})"):
        return True
    shutil.rmtree(VENV, ignore_errors=True)
    if works(sys.executable, "-m", "venv", str(VENV)):
        return True
    shutil.rmtree(VENV, ignore_errors=True)
    return works(sys.executable, "-m", "venv", "--without-pip", str(VENV))


def main() -> int:
    if sys.version_info < (3, 11):
        say(f"opsplan needs Python 3.11 or newer; {sys.executable} is {sys.version.split()[0]}.")
        say("需要 Python 3.11 以上.")
        say("With a newer one beside it: make run PYTHON=python3.12")
        return 1
    lock = DEV if "--dev" in sys.argv[1:] else RUN
    done = STAMP.read_text().splitlines() if STAMP.exists() else []
    if stamp(lock) in done and PYTHON.exists():
        return 0
    pip = pip_command() if make_environment() else None
    if pip is None:
        say("This python3 cannot make a virtual environment with pip. As root: apt install python3-venv, then again.")
        return 1
    STAMP.unlink(missing_ok=True)
    count = sum("==" in line for line in lock.read_text().splitlines())
    say(f"Installing {count} packages into .venv (only when {lock.name} changes) / 正在安装依赖包 ...")
    command = [
        *pip,
        "install",
        "-qq",
        "--disable-pip-version-check",
        "--no-input",
        "--no-deps",
        "--only-binary",
        ":all:",
        "--no-compile",
    ]
    result = subprocess.run([*command, "--require-hashes", "-r", str(lock)], cwd=ROOT, env=os.environ, check=False)
    if result.returncode:
        say("pip could not install the packages; its message stands above. Is the network there?")
        say("安装失败, 请检查网络.")
        return 1
    STAMP.write_text("\n".join([stamp(RUN), stamp(DEV)] if lock == DEV else [stamp(RUN)]) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
