"""Tables in HTML or SpreadsheetML (XML), which some platforms call .xls, to rows of cells; read piece by piece."""

from collections.abc import Iterable, Iterator
from html.parser import HTMLParser

ROWS = ("tr", "row")
CELLS = ("td", "th", "cell")
HIDDEN = ("style", "script", "title")


def rows(pieces: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    """(number of the table row, cells) of every row that says something."""
    parser = Rows()
    for piece in pieces:
        parser.feed(piece)
        yield from parser.take()
    parser.close()
    parser.end_row()
    yield from parser.take()


class Rows(HTMLParser):
    """Gathers cells. A row ends where the next begins, for HTML leaves end tags out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.number = 0
        self.cells: list[str] = []
        self.text: list[str] | None = None
        self.span = 1
        self.hidden = 0
        self.done: list[tuple[int, list[str]]] = []

    def take(self) -> list[tuple[int, list[str]]]:
        taken, self.done = self.done, []
        return taken

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name.rpartition(":")[2]: value or "" for name, value in attrs}
        if tag in ROWS:
            self.end_row()
            self.number = number(told.get("index"), self.number + 1)
        elif tag in CELLS:
            self.end_cell()
            place = number(told.get("index"), 0) - 1  # SpreadsheetML skips empty cells
            self.cells += [""] * (min(place, 1000) - len(self.cells))
            self.span = number(told.get("colspan"), 1)
            self.text = []
        elif tag == "br" and self.text is not None:
            self.text.append("\n")
        elif tag in HIDDEN:
            self.hidden += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in ROWS:
            self.end_row()
        elif tag in CELLS:
            self.end_cell()
        elif tag in HIDDEN:
            self.hidden -= 1

    def handle_data(self, data: str) -> None:
        if self.text is not None and self.hidden <= 0:
            self.text.append(data)

    def end_cell(self) -> None:
        if self.text is not None:
            self.cells += ["".join(self.text).strip(), *[""] * (min(self.span, 1000) - 1)]
        self.text = None

    def end_row(self) -> None:
        self.end_cell()
        if any(self.cells):
            self.done.append((self.number, self.cells))
        self.cells = []


def number(text: str | None, default: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() else default
