"""The header row of a table: what its columns are called, and where they stand (no Django here)."""

from collections.abc import Sequence

from opsplan.lib.columns import cleaned
from opsplan.lib.text import folded

IN_YUAN = "(元)"  # grids say it of an amount or leave it out, by their version
DECORATION = ":▼▲▾▴▽△↓↑⇅ \t"  # what people and grids put beside names of columns


def column_name(text: str) -> str:
    """The name of a column as it is compared: without a star in front, arrows or a colon behind."""
    return folded(text).lstrip("*").strip(DECORATION) or folded(text)


class Header:
    """The header row: names without outer blanks, a repeated one numbered, and where to find them."""

    def __init__(self, cells: Sequence[str], line: int) -> None:
        self.line = line
        self.names: list[str] = []
        self.places: dict[str, int] = {}
        seen: dict[str, int] = {}
        for place, cell in enumerate(cells):
            name = " ".join(cleaned(cell).split())
            key = column_name(name)
            seen[key] = seen.get(key, 0) + 1
            if key:
                self.places.setdefault(key, place)
            self.names.append(f"{name}.{seen[key]}" if name and seen[key] > 1 else name)
        for key, place in list(self.places.items()):
            bare = key.removesuffix(IN_YUAN)
            if bare:
                self.places.setdefault(bare, place)  # where no column of its own is called so

    def find(self, names: Sequence[str]) -> int:
        """The place of the first of `names` that is there, else -1."""
        return next((self.places[key] for key in map(column_name, names) if key in self.places), -1)
