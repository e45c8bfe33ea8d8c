"""Files that wheels carry and the browser needs, offered under a path of ours: nothing is copied into the project."""

from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage, Error
from django.core.files.storage import FileSystemStorage

PLOTLY = find_spec("plotly")
ROOT = Path(PLOTLY.origin if PLOTLY and PLOTLY.origin else "").parent / "package_data"
FILES = {"plotly.min.js"}


class WheelFinder(BaseFinder):
    """`static/plotly/plotly.min.js` from the plotly wheel, and nothing else of it."""

    def __init__(self) -> None:
        self.storage = FileSystemStorage(location=str(ROOT))
        self.storage.prefix = "plotly"  # type: ignore[attr-defined]

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        gone = [name for name in sorted(FILES) if not (ROOT / name).exists()]
        return [Error(f"The plotly wheel does not carry {name}.", id="opsplan.E001") for name in gone]

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        folder, _slash, name = path.partition("/")
        found = str(ROOT / name) if folder == "plotly" and name in FILES else ""
        if find_all:
            return [found] if found else []
        return found or None

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterable[Any]:
        for name in sorted(FILES):
            yield name, self.storage
