"""`make lint`: every checker, one line each; all of them run, and what failed is shown in full.

.venv/bin/python .ci/lint.py [name ...]
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
APPS = ["opsplan", "stores", "staff", "products", "campaigns", "kpis"]
PLACES = [*APPS, "tests", "benchmarks", ".ci", "manage.py"]
MAX_IGNORES = 20

COMMANDS: dict[str, list[str]] = {
    "ruff": ["ruff", "check", *PLACES],
    "format": ["ruff", "format", "--check", *PLACES],
    "mypy": ["mypy", *APPS],
    "imports": ["lint-imports"],
    "migrations": ["python", "manage.py", "makemigrations", "--check", "--dry-run"],
    "translations": ["python", ".ci/translations.py", "check"],
    "templates": ["djlint", "templates", "--lint", "--quiet"],
    "yaml": ["yamllint", "--strict", "."],
}


def command(name: str) -> tuple[bool, str]:
    """Run with a home of its own, so that a checker touches nobody's data."""
    words = [word for word in COMMANDS[name] if word not in PLACES or (ROOT / word).exists()]
    with tempfile.TemporaryDirectory(prefix="opsplan-lint-") as home:
        env = {**os.environ, "OPSPLAN_HOME": home}
        env.pop("DATABASE_URL", None)
        result = subprocess.run(
            [str(BIN / words[0]), *words[1:]], cwd=ROOT, env=env, capture_output=True, text=True, check=False
        )
    return result.returncode == 0, result.stdout + result.stderr


def ignores() -> tuple[bool, str]:
    """At most MAX_IGNORES `type: ignore`, each with its code."""
    found, bare = [], []
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            for number, line in enumerate(path.read_text().splitlines(), 1):
                if "# type: ignore" in line:
                    found.append(f"{path.relative_to(ROOT)}:{number}")
                    bare += [] if "# type: ignore[" in line else [found[-1]]
    told = [f"{len(found)} of at most {MAX_IGNORES}", *found, *(f"without a code: {x}" for x in bare)]
    return len(found) <= MAX_IGNORES and not bare, "\n".join(told)


def pins(path: Path) -> set[str]:
    return set(re.findall(r"^[^\s#][^\\\n]*==[^\\\n]*", path.read_text(), re.M))


def locks() -> tuple[bool, str]:
    """The locks say what pyproject.toml leads to (where uv is at hand), with hashes and without any address."""
    wrong = []
    for name, more in (("requirements.lock", []), ("requirements-dev.lock", ["--group", "dev"])):
        lock = ROOT / name
        text = lock.read_text()
        if "://" in text or "--index" in text:
            wrong.append(f"{name} names an address")
        if text.count("==") > text.count("--hash=sha256:"):
            wrong.append(f"{name} has a package without a hash")
        uv = shutil.which(str(BIN / "uv")) or shutil.which("uv")
        if uv is None:
            continue
        with tempfile.TemporaryDirectory() as folder:
            fresh = Path(shutil.copy(lock, folder))
            words = ["pip", "compile", "-q", "--universal", "--generate-hashes", "--no-header", "--no-annotate"]
            subprocess.run([uv, *words, "pyproject.toml", *more, "-o", str(fresh)], cwd=ROOT, check=True)
            differing = pins(lock) ^ pins(fresh)
        wrong += [f"{name} is out of step with pyproject.toml: {x} (make lock)" for x in sorted(differing)]
    return not wrong, "\n".join(wrong)


def main() -> int:
    own = {"type ignores": ignores, "locks": locks}
    chosen = sys.argv[1:] or [*COMMANDS, *own]
    failed = []
    for name in chosen:
        started = time.monotonic()
        well, text = own[name]() if name in own else command(name)
        print(f"{'ok  ' if well else 'FAIL'} {name} ({time.monotonic() - started:.1f} s)", flush=True)
        if not well:
            failed.append(name)
            print(text, flush=True)
    print(f"{len(chosen) - len(failed)} checkers content, {len(failed)} not: {', '.join(failed) or 'none'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
