"""Chinese texts: gathered with gettext where it is on the machine, compiled with polib, checked for gaps.

    .venv/bin/python .ci/translations.py gather [FILE.json ...]   take up new texts (and translations from JSON files)
    .venv/bin/python .ci/translations.py compile                  write the .mo beside the .po
    .venv/bin/python .ci/translations.py check                    fail on gaps, fuzzy texts, placeholders, a stale .mo

English is the source, so there is one catalogue. Line numbers are not kept: they would change with every commit.
"""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parents[1]
CATALOGUES = ["django.po", "djangojs.po"]
FOLDER = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
HALF_WIDTH = re.compile(r"(?<=[\u4e00-\u9fff”’）])[,:;?!]|[,:;?!](?=[\u4e00-\u9fff“‘（])")  # beside a Chinese character
FULL_WIDTH = dict(zip(",:;?!", "，：；？！", strict=True))
SOURCES = ["opsplan", "stores", "staff", "products", "campaigns", "kpis", "templates", "static"]
HEADER = {
    "Project-Id-Version": "opsplan",
    "Language": "zh_Hans",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=1; plural=0;",
}


def has_gettext() -> bool:
    return all(shutil.which(name) for name in ("xgettext", "msgmerge", "msguniq", "msgattrib"))


def gathered(domain: str) -> polib.POFile | None:
    """The catalogue as it would be after gathering; None when there is nothing to translate in this domain."""
    with tempfile.TemporaryDirectory() as folder:  # a copy, since makemessages leaves its marks where it looks
        for name in SOURCES:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, Path(folder) / name, ignore=shutil.ignore_patterns("__pycache__"))
        place = Path(folder) / FOLDER.relative_to(ROOT)
        place.mkdir(parents=True)
        old = FOLDER / f"{domain}.po"
        if old.exists():
            shutil.copy(old, place)
        words = [
            "makemessages",
            "-l",
            "zh_Hans",
            "-d",
            domain,
            "--no-location",
            "--no-wrap",
            "--no-obsolete",
            "-v",
            "0",
        ]
        env = {**os.environ, "OPSPLAN_HOME": f"{folder}/home", "DJANGO_SETTINGS_MODULE": "opsplan.settings"}
        env["PYTHONPATH"] = folder
        subprocess.run([sys.executable, "-m", "django", *words, "-i", "home"], cwd=folder, env=env, check=True)
        new = place / f"{domain}.po"
        return polib.pofile(str(new), wrapwidth=0) if new.exists() else None


def write(catalogue: polib.POFile, path: Path) -> None:
    """In the order of the texts, without dates: the same texts make the same file."""
    fresh = polib.POFile(wrapwidth=0)
    fresh.metadata = HEADER
    for entry in sorted((x for x in catalogue if not x.obsolete), key=lambda x: (x.msgid, x.msgctxt or "")):
        entry.comment, entry.tcomment, entry.occurrences = "", "", []
        entry.previous_msgid = entry.previous_msgid_plural = entry.previous_msgctxt = None
        fresh.append(entry)
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh.save(str(path))


def gather(files: list[str]) -> int:
    if not has_gettext():
        print("gettext is not on this machine; as root: apt install gettext")
        return 1
    known: dict[str, str] = {}
    for name in files:
        known |= json.loads(Path(name).read_text())
    for name in CATALOGUES:
        catalogue = gathered(Path(name).stem)
        if catalogue is None or not len(catalogue):
            continue
        for entry in catalogue:
            if entry.fuzzy:  # a guess is no translation
                entry.flags.remove("fuzzy")
                entry.msgstr, entry.msgstr_plural = "", dict.fromkeys(entry.msgstr_plural, "")
            words = known.get(entry.msgid)
            if words and entry.msgid_plural:
                entry.msgstr_plural = {0: words}
            elif words:
                entry.msgstr = words
            entry.msgstr = full_width(entry.msgstr)
            entry.msgstr_plural = {number: full_width(text) for number, text in entry.msgstr_plural.items()}
        write(catalogue, FOLDER / name)
    compile_all()
    gaps = [x for path in FOLDER.glob("*.po") for x in complaints(polib.pofile(str(path)), path.name)]
    print("\n".join(gaps) or "Every text is translated.")
    return 0


def full_width(text: str) -> str:
    """Chinese sentences are punctuated in Chinese."""
    return HALF_WIDTH.sub(lambda found: FULL_WIDTH[found.group()], text)


def compile_all() -> int:
    for path in sorted(FOLDER.glob("*.po")):
        path.with_suffix(".mo").write_bytes(polib.pofile(str(path)).to_binary())
    return 0


def complaints(catalogue: polib.POFile, name: str) -> list[str]:
    """What is wrong with the texts themselves."""
    found = []
    for entry in catalogue:
        told = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
        if entry.obsolete:
            found.append(f"{name}: no longer used: {entry.msgid!r}")
        elif entry.fuzzy:
            found.append(f"{name}: fuzzy: {entry.msgid!r}")
        elif not told or not all(told):
            found.append(f"{name}: untranslated: {entry.msgid!r}")
        else:
            wanted = set(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
            found += [f"{name}: half-width punctuation: {x!r}" for x in told if full_width(x) != x]
            found += [
                f"{name}: placeholders differ: {entry.msgid!r}" for x in told if set(PLACEHOLDER.findall(x)) != wanted
            ]
    return found


def hidden() -> list[str]:
    """Texts inside f-strings, where xgettext does not look."""
    found = []
    for path in (path for source in SOURCES for path in sorted((ROOT / source).rglob("*.py"))):
        for joined in (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.JoinedStr)):
            for call in (node for node in ast.walk(joined) if isinstance(node, ast.Call)):
                if isinstance(call.func, ast.Name) and call.func.id == "_" and isinstance(call.args[0], ast.Constant):
                    found.append(f"{path.relative_to(ROOT)}:{call.lineno}: a text in an f-string is never gathered")
    return found


def check() -> int:
    wrong = hidden()
    for path in sorted(FOLDER.glob("*.po")):
        catalogue = polib.pofile(str(path))
        wrong += complaints(catalogue, path.name)
        compiled = path.with_suffix(".mo")
        if not compiled.exists() or compiled.read_bytes() != catalogue.to_binary():
            wrong.append(f"{compiled.name} is not what {path.name} compiles to (translations.py compile)")
    if has_gettext():
        for name in CATALOGUES:
            there = (
                {(x.msgid, x.msgctxt) for x in polib.pofile(str(FOLDER / name))} if (FOLDER / name).exists() else set()
            )
            new = gathered(Path(name).stem)
            now = {(x.msgid, x.msgctxt) for x in new if not x.obsolete} if new is not None else set()
            wrong += [f"{name}: not gathered: {text!r}" for text, _context in sorted(now - there, key=str)]
            wrong += [f"{name}: in no source: {text!r}" for text, _context in sorted(there - now, key=str)]
    elif os.environ.get("OPSPLAN_NO_SKIPS") == "1":
        wrong.append("gettext is not on this machine, so new texts cannot be looked for")
    else:
        print("gettext is not on this machine: new texts were not looked for")
    print("\n".join(wrong) or "Every text is translated.")
    return 1 if wrong else 0


def main() -> int:
    order, *files = sys.argv[1:] or [""]
    if order == "gather":
        return gather(files)
    if order in ("compile", "check"):
        return compile_all() if order == "compile" else check()
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main())
