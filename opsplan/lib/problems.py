"""What can be wrong with a row of a file, told so that a person can act on it.

The sentences live here once, in English; `opsplan.lib` needs no Django, so pages and commands translate `TEXTS[code]`
with gettext before they fill in `params`.
"""

from dataclasses import dataclass, field
from typing import Literal

Level = Literal["error", "notice"]


@dataclass(frozen=True)
class Problem:
    """One finding in a file.

    line: 1-based line of the file (for a multi-line cell: the line the row starts on), or sheet row; 0 = the file itself.
    column: the header as it stands in the file, or "" when the row as a whole is meant.
    value: the cell as it stands (cut to 200 characters), never a buyer's name, phone or address.
    code: a key of TEXTS. level: an `error` keeps the row out; a `notice` is told, and the file still loads.
    """

    line: int
    column: str
    value: str
    code: str
    params: dict[str, str] = field(default_factory=dict)
    level: Level = "error"
