"""Delimited text to rows of cells, line by line, losing no more than the line where a quotation mark breaks.

`plain_rows` is as fast as the csv module and stops at the first row that is not one whole line; `rows` goes on there.
"""

import csv
from collections import deque
from collections.abc import Generator, Iterable, Iterator

LONGEST = 100  # physical lines one row may span; beyond that a quotation mark was left open


class Broken(list[str]):
    """A row that cannot be cut into cells. code: broken_quote or nul_byte; at: the index of the cell that breaks."""

    def __init__(self, cells: Iterable[str], code: str, at: int) -> None:
        super().__init__(cells)
        self.code = code
        self.at = at


class TooLong(Exception):
    """More lines than a row may have."""


def plain_rows(lines: Iterable[str], delimiter: str) -> Generator[tuple[int, list[str]], None, int]:
    """(line, cells) as long as every row is one line; returns the line of the first that is not, else 0."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            if reader.line_num != line:
                return line
            if cells:
                yield line, cells
            line += 1
    except csv.Error:
        return line
    return 0


def rows(
    lines: Iterable[str], delimiter: str, width: int | None = None, has_nul: bool = False, line: int = 1
) -> Iterator[tuple[int, list[str]]]:
    """(line it starts on, cells) of every row that is not empty; a row that breaks comes as `Broken`.

    lines keep their line ends. width: the number of cells a whole row has, where it is known; then a quotation mark
    left open is found even when another one further down closes it. has_nul: look for damaged bytes. line: the number
    of the first line.
    """
    source = iter(lines)
    again: deque[str] = deque()
    held: list[str] = []

    def feed() -> Iterator[str]:
        while again:
            held.append(again.popleft())
            if len(held) > LONGEST:
                raise TooLong
            yield held[-1]
        for text in source:
            held.append(text)
            if len(held) > LONGEST:
                raise TooLong
            yield text

    while True:
        reader = csv.reader(feed(), delimiter=delimiter, strict=True)
        try:
            for cells in reader:
                if len(held) > 1 and is_swallowed(cells, held, delimiter, width):
                    break
                if has_nul and any("\0" in text for text in held):
                    break
                if cells:
                    yield line, cells
                line += len(held)
                held.clear()
            else:
                return
        except (csv.Error, TooLong):
            pass
        yield line, broken(held[0], delimiter)
        again.extendleft(reversed(held[1:]))
        held.clear()
        line += 1


def is_swallowed(cells: list[str], held: list[str], delimiter: str, width: int | None) -> bool:
    """Whether a row over several lines holds lines that are whole rows by themselves."""
    if width is None or width < 2:
        return False
    inner = held[1:-1] if "\n" in cells[0] or "\r" in cells[0] else held[1:]
    return any(len(next(csv.reader([text], delimiter=delimiter), [])) == width for text in inner)


def broken(text: str, delimiter: str) -> Broken:
    """The cells of a line that does not parse: whole ones up to the break, what follows cut at every delimiter."""
    text = text.rstrip("\r\n")
    if "\0" in text:
        cells = text[:10_000].replace("\0", "\N{SYMBOL FOR NULL}").split(delimiter)
        at = next((i for i, cell in enumerate(cells) if "\N{SYMBOL FOR NULL}" in cell), 0)
        return Broken(cells, "nul_byte", at)
    start = 0
    whole: list[str] = []
    while True:
        end = text.find(delimiter, start)
        if text[start : start + 1] == '"':
            end = closing(text, start, delimiter)
            if end < 0:
                return Broken([*whole, *text[start:].split(delimiter)], "broken_quote", len(whole))
            if end == len(text):
                end = -1
        if end < 0:
            return Broken([*whole, text[start:]], "broken_quote", len(whole))
        whole.append(text[start:end].strip('"').replace('""', '"'))
        start = end + 1


def closing(text: str, start: int, delimiter: str) -> int:
    """Where the quoted cell opened at `start` ends: the index of its delimiter or the text's length; -1 if nowhere."""
    at = start + 1
    while True:
        at = text.find('"', at)
        if at < 0:
            return -1
        following = text[at + 1 : at + 2]
        if following == '"':
            at += 2
        elif following in ("", delimiter):
            return at + 1
        else:
            return -1
