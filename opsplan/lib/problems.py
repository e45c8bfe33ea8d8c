"""What can be wrong with a row of a file, told so that a person can act on it.

The sentences live here once, in English; `opsplan.lib` needs no Django, so pages and commands translate `TEXTS[code]`
with gettext before they fill in `params`.
"""

from dataclasses import dataclass, field
from typing import Literal

from opsplan.lib.text import gettext_noop as _

Level = Literal["error", "notice", "skip"]


@dataclass(frozen=True)
class Problem:
    """One finding in a file.

    line: 1-based line of the file (of a multi-line row: its first), or sheet row; 0 = the file itself.
    column: the header as it stands in the file without outer blanks, or "" when the row as a whole is meant.
    value: the cell as it stands (cut to 200 characters), never a buyer's name, phone or address.
    code: a key of TEXTS. level: an `error` keeps the row out; a `notice` is told, and the file still loads.
    """

    line: int
    column: str
    value: str
    code: str
    params: dict[str, str] = field(default_factory=dict)
    level: Level = "error"


class FileProblem(Exception):
    """A whole file that cannot be read. code: a key of TEXTS; str() is the English sentence."""

    def __init__(self, code: str, params: dict[str, str] | None = None) -> None:
        self.code = code
        self.params = params or {}
        super().__init__(TEXTS[code] % self.params)


# Each sentence says what is wrong and what to do. The params of a code are always all there.
TEXTS: dict[str, str] = {
    # a cell
    "bad_date": _("This is not a date we can read. Write it like 2026-05-19 23:59:54, or export the file again."),
    "day_or_month": _(
        "Nothing in the file shows whether the day or the month comes first here. Say it on the card of the file (over "
        "REST with `dates`, in the command with --dates), or write dates like 2026-05-19."
    ),
    "bad_year": _("The year %(year)s cannot be right. Correct the date, or export the file again."),
    "bad_month": _("There is no month %(month)s. Correct the date, or export the file again."),
    "bad_day": _("%(year)s-%(month)s has no day %(day)s. Correct the date, or export the file again."),
    "bad_time": _("There is no time %(time)s on a day. Correct it, or export the file again."),
    "missing_date": _("The date is missing. Fill it in, or export the file again."),
    "day_span": _("This row covers several days. Export the report day by day."),
    "id_scientific": _(
        "A spreadsheet program turned this number into scientific notation and its last digits are lost. "
        "Export the file again from the platform and do not save it with Excel."
    ),
    "bad_id": _("This is not a number the platform gives out. Correct it, or export the file again."),
    "missing_id": _("The number that names this row is missing. Fill it in, or leave the row out."),
    "bad_number": _("This is not a number we can read. Write it like 1234.50, or export the file again."),
    "missing_number": _("The number is missing. Fill it in, or export the file again."),
    "rounded_number": _(
        "Numbers of this column are rounded: this one is read as %(number)s. For exact ones download the report as a "
        "file, instead of copying it from the screen."
    ),
    "negative_amount": _("This is below zero, where the platform never writes less than 0. Check it on the platform."),
    "bad_rate": _("This is not a share between 0 and 1. Write it with a percent sign, or export the file again."),
    "unknown_status": _("We do not know this status. Check its spelling, or tell your administrator that it is new."),
    "unknown_figure": _("There is no figure of this name. Choose one from the list in the template."),
    "missing_text": _("This cell must not be empty. Fill it in, or export the file again."),
    # a row
    "broken_quote": _(
        "A quotation mark is opened and not closed. Close it or take it out; the next line is read again."
    ),
    "wrong_column_count": _(
        "This row has %(found)s cells, the header has %(expected)s. "
        "A comma in a text without quotation marks often does this; correct the row, or export the file again."
    ),
    "row_cut": _(
        "The file breaks off in this row (%(found)s cells of %(expected)s): what follows is missing. Download or "
        "export the file again."
    ),
    "nul_byte": _("There are damaged bytes in this row. Download or export the file again."),
    "paid_before_created": _("The order is paid before it was placed (%(created)s). Check both times on the platform."),
    "refund_above_paid": _("The refund is more than the buyer paid (%(paid)s). Check the amounts on the platform."),
    "settled_before_applied": _("The refund is settled before it was asked for (%(applied)s). Check both times."),
    "row_without_item": _("This row is about no item; it is left out. Nothing needs to be done."),
    "several_items": _(
        "This row holds several goods with one amount: it counts for the shop, for none of its products. "
        "Export the orders with a row for each sub-order."
    ),
    "sold_elsewhere": _(
        "Amazon has only shipped this order (Non-Amazon), it was sold elsewhere; it is left out. Nothing needs to be "
        "done."
    ),
    "explanation_row": _("This row only explains the columns; it is left out. Nothing needs to be done."),
    "header_again": _(
        "The header stands here again, as where one file was pasted under another; it is left out. Nothing needs to be "
        "done."
    ),
    "note_row": _("This row holds a note and no data; it is left out. Nothing needs to be done."),
    "line_without_order": _(
        "The row of the order that this one belongs to is missing or wrong. Correct that one, or export the file again."
    ),
    "other_currency": _(
        "The amounts are in %(currency)s, the store counts in %(store)s. Import them into a store that counts in "
        "%(currency)s, or have the currency of this store corrected."
    ),
    "other_shop": _(
        "This row is of the shop %(shop)s, the rows before it are of %(first)s. Export each shop by itself."
    ),
    "footer_row": _("This is a total row; it is left out. Nothing needs to be done."),
    "footer_differs": _(
        "The file's own total is %(total)s, its rows add up to %(sum)s. "
        "Rows may be missing: export the file again and compare."
    ),
    # found across rows, or against what is known already
    "repeated_id": _("This number is already on line %(first_line)s. Keep one of the two rows."),
    "item_rows": _(
        "This report has a row for each item, so orders stand in it several times. "
        "Export the list of orders (订单报表) and the list of items (宝贝报表) instead."
    ),
    "rows_are_items": _(
        "Orders have several rows here, but the columns were explained with an order a row. Explain them again and "
        "choose what a row is."
    ),
    "refund_shrank": _(
        "The refund was %(before)s and would shrink. The larger amount stays; check it on the platform."
    ),
    "wrong_shop": _(
        "None of the products in this file is known here. Is it a file of another shop? Import it only if it is not."
    ),
    "other_platform": _(
        "This is a file of another platform: %(source)s. Is it meant for another store? Import it only if it is not."
    ),
    "told_otherwise": _(
        "The orders of these days are known from other files (%(source)s), under other numbers. "
        "Are they the same sales? They would count twice: import it only if they are not."
    ),
    "odd_amounts": _(
        "The amounts do not fit those known: the one in the middle is %(middle)s in the file and %(known)s here: "
        "%(times)s times. Are they in another unit (fen, jiao, yuan)? Import it only if they are right."
    ),
    "odd_prices": _(
        "The amounts do not fit the list prices: a piece comes to %(middle)s (in the middle), the list price is "
        "%(known)s: %(times)s times. Are they in another unit (fen, jiao, yuan)? Import it only if they are "
        "right."
    ),
    "more_sheets": _("This is the sheet %(sheet)s of the workbook. Read as files of their own: %(others)s."),
    "other_sheets": _("Sheets left out: %(others)s. To import one of them, save it as a file of its own."),
    "hidden_sheet": _("Read from the sheet %(sheet)s, which is hidden: it is the only one with a table."),
    # a whole file
    "hidden_sheets": _(
        "No sheet that shows has a table, and several that are hidden do: %(sheets)s. Show the one that is meant "
        "(right-click on the name of a sheet, Unhide), save the workbook and import it again."
    ),
    "empty": _("The file is empty. Export it again."),
    "no_rows": _(
        "The file has a header but no rows. Check the dates you exported; if nothing happened in that time, say so on "
        "the coverage page."
    ),
    "encrypted": _("The file has a password. Type it on the import page, or save the file without one."),
    "wrong_password": _("The password does not open the file. Type it again; capitals count."),
    "corrupt": _("The file is damaged or was cut off while downloading. Download or export it again."),
    "cut_off": _("The file breaks off in the middle of a character on line %(line)s. Download or export it again."),
    "bad_encoding": _("The text is neither UTF-8 nor GB18030: line %(line)s cannot be read. Export the file again."),
    "failed": _("It failed by a fault of ours; nothing of it was loaded. Send it again."),
    "cancelled": _("Cancelled: nothing of this file was loaded."),
    "too_big": _("The file is larger than %(limit)s MB. Export a shorter span of days."),
    "unpacked_too_big": _(
        "Unpacked, the file is larger than %(limit)s MB. Send what is in it in smaller parts, or export a shorter span "
        "of days."
    ),
    "no_room": _("The server's disk is full. Tell whoever runs it, and send the file again afterwards."),
    "too_wide": _(
        "The workbook is too large, or a cell far outside the table makes it so. "
        "Delete the empty rows and columns around the table, or export it as CSV."
    ),
    "nested_zip": _("There is a zip inside the zip. Unpack the outer one and import what is in it."),
    "empty_zip": _("There is no table in this zip. Unpack it and import the csv, xlsx or xls file."),
    "not_a_table": _("This is not a table we can read. Import csv, xlsx, xls or zip files."),
    "no_table": _(
        "This is a web page without a table, often the platform's login page in place of the file. Log in there and "
        "download the file again."
    ),
    "web_archive": _("This is a web page in one file (mht). Open it with Excel and save the table as xlsx."),
    "json": _(
        "This is a message for programs (JSON) and no table: often it says that you were logged out. Log in on the "
        "platform and download the file again."
    ),
    "other_archive": _("This is a rar or 7z archive. Unpack it and import what is in it."),
    "numbers": _("This is a file of Apple's Numbers. Export it there to Excel or CSV and import that."),
    "xlsb": _("This is a binary workbook (xlsb). Open it with Excel or WPS, save it as xlsx and import that."),
    "unfinished": _("The browser had not finished downloading this file. Wait for it, or download it again."),
    "lock_note": _(
        "This is only the note that Excel has a file open (its name begins with ~$). Close Excel and import the file "
        "itself."
    ),
    "garbled": _(
        "The names of the columns are broken: a program has saved the file in another encoding. Download it again and "
        "import it without opening it."
    ),
    "one_column": _(
        "All columns stand in one cell: somebody has saved or pasted the table without splitting it. Import the file "
        "as the platform gave it."
    ),
    "second_header": _(
        "A second table, with its columns in another order, begins on line %(line)s. Save each table as a file of its "
        "own and import both."
    ),
    "pivot": _(
        "This is a pivot table, which has sums and no single orders or days. Import the table that it was made of."
    ),
    "nearly_known": _(
        "This looks like %(source)s, but lacks: %(columns)s. Export it with these columns, or explain the columns it "
        "has."
    ),
    "unknown_source": _("There is no source called %(source)s. Choose one of: %(known)s."),
    "unknown_layout": _(
        "We do not know this layout. Explain its columns once on the import page (later files like it are read without "
        "asking), or choose what it is."
    ),
    "missing_columns": _(
        "The file lacks columns that %(source)s needs: %(columns)s. Export it again with these columns."
    ),
    "several_days": _("This report adds up %(first)s to %(last)s. Export it day by day."),
    "no_day": _(
        "Nothing in the file or its name says which day it is about. "
        "Keep the name the platform gave it, with the date in it."
    ),
}
