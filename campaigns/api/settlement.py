"""Files of deals and the settlement over REST. Yuan as text."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api import bodies, examples
from campaigns.api.deals import DealView, refused
from campaigns.groupbuy import dealing, quoting, result_apply, result_files, settling, sheets
from campaigns.groupbuy.result_files import Understood
from campaigns.groupbuy.results import PROBLEMS
from campaigns.groupbuy.settlement import REAL
from campaigns.groupbuy.states import State
from campaigns.models import DealFile
from campaigns.typing_in import amount_of, whole_of
from kpis.queries import deals_changed
from opsplan import shapes
from opsplan.lib.money import fen, yuan
from opsplan.lib.text import is_id
from opsplan.paging import PAGING, pages
from staff.api.base import Unprocessable, fields_of
from staff.api.bodies import operation
from staff.roles import Action

LARGEST = 20 * 1024 * 1024
SUMS = ("sales", "refund", "commission", "withheld", "fees")

PIECES = shapes.whole("Pieces.")
ACCOUNT = shapes.thing(
    "DealAccount",
    {
        "sold": PIECES,
        "refunded": PIECES,
        "sales": shapes.yuan(),
        "refund_before": shapes.yuan("Refunded before shipping."),
        "refund_after": shapes.yuan("Refunded after shipping."),
        "net": shapes.yuan("Sales less refunds."),
        "commission": shapes.yuan("What the site keeps."),
        "is_guaranteed": shapes.yes("That is its least commission of a deal."),
        "slot": shapes.yuan("The slot fee."),
        "withheld": shapes.yuan("Of the slot fee, what the site takes off what it pays."),
        "receivable": shapes.yuan("What the site owes."),
        "goods": shapes.yuan("What the pieces cost that buyers keep or that are lost."),
        "freight": shapes.yuan(),
        "packaging": shapes.yuan(),
        "gifts": shapes.yuan(),
        "returns": shapes.yuan("Freight of what came back."),
        "other": shapes.yuan("Whatever else was spent."),
        "profit": shapes.yuan("What is left when everything is paid."),
        "refund_rate": shapes.or_null(shapes.number("A fraction of the pieces sold; null without any.")),
        "margin": shapes.or_null(shapes.number("Profit as a fraction of net sales; null without any.")),
    },
)
KEYS = shapes.many(shapes.text(), "Numbers of the orders or vouchers it comes from.")
LINE = shapes.thing(
    "DealSheetLine",
    {
        "line": shapes.one_of(
            ("sales", "refund", "net", "commission", "withheld", "fees", "receivable", "slot", *REAL, "profit")
        ),
        "units": shapes.or_null(PIECES),
        "ours": shapes.yuan("By our books, with sign."),
        "site": shapes.or_null(shapes.yuan("By the site, with sign; null: it does not say.")),
        "keys": KEYS,
        "note": shapes.text(),
    },
)
CAUSE = shapes.thing(
    "DealCause",
    {
        "cause": shapes.one_of(
            ("missing", "unknown", "price", "pieces", "refunds", "base", "commission", "slot", "fee", "sum"),
            "missing: orders the site does not tell of; unknown: orders we do not know; base: commission that follows "
            "from other sales; fee: taken off without being agreed; sum: the site's own lines do not add up.",
        ),
        "changes_by": shapes.yuan("What it changes of what is paid out; below zero we get less."),
        "keys": KEYS,
        "note": shapes.text(),
    },
)
INSTALMENT = shapes.thing(
    "DealInstalmentRow",
    {
        "number": shapes.whole("Which one, from 1."),
        "due_on": shapes.day(),
        "due": shapes.yuan(),
        "received": shapes.yuan("What came in."),
        "received_on": shapes.or_null(shapes.day()),
    },
)
SHEET = shapes.thing(
    "DealSheet",
    {
        "deal": shapes.whole("Its id."),
        "state": shapes.one_of(State),
        "signed_at": shapes.or_null(shapes.instant("Null: not signed.")),
        "signed_by": shapes.or_null(shapes.text("User name.")),
        "receivable": shapes.yuan("What the site owes by our books."),
        "site_says": shapes.or_null(shapes.yuan("What it pays; null: it has said nothing.")),
        "difference": shapes.or_null(shapes.yuan("The site's figure less ours.")),
        "profit": shapes.yuan("What is left when everything is paid."),
        "units_without_cost": shapes.whole("Pieces whose cost is not known: the profit is too high."),
        "account": ACCOUNT,
        "payout": shapes.many(LINE, "From what was sold to what the site pays."),
        "costs": shapes.many(LINE, "From what the site pays to what is left."),
        "causes": shapes.many(CAUSE, "Why the site says another figure."),
        "instalments": shapes.many(INSTALMENT),
    },
)
FILE = shapes.thing(
    "DealFile",
    {
        "id": shapes.whole(),
        "name": shapes.text("As it was sent."),
        "purpose": shapes.one_of(DealFile.Purpose.values),
        "deal": shapes.or_null(shapes.whole("The id of the one deal it was sent for.")),
        "state": shapes.one_of(DealFile.State.values),
        "created_at": shapes.instant(),
    },
)
APPLIED = shapes.thing(
    "DealFileRead",
    {
        "id": shapes.or_null(shapes.whole("The file's; null: it was only looked at.")),
        "changes": shapes.many(
            shapes.thing(
                "DealFileChange",
                {
                    "line": shapes.whole("Of the file."),
                    "deal": shapes.whole("Its id."),
                    "key": shapes.text("The number of the order or voucher."),
                    "what": shapes.one_of(("new", "changed", "same")),
                },
            )
        ),
        "problems": shapes.many(
            shapes.thing(
                "DealFileProblem",
                {
                    "line": shapes.whole("Of the file."),
                    "column": shapes.text("Its head; empty: none."),
                    "value": shapes.text("What stands there."),
                    "code": shapes.one_of(PROBLEMS),
                    "message": shapes.text(),
                },
            ),
            "Lines that stay out.",
        ),
    },
)


def line_json(x: sheets.Line) -> dict[str, Any]:
    return {
        "line": x.cause,
        "units": x.units,
        "ours": str(yuan(x.ours_fen)),
        "site": None if x.site_fen is None else str(yuan(x.site_fen)),
        "keys": list(x.keys),
        "note": x.note,
    }


def sheet_json(told: sheets.Sheet) -> dict[str, Any]:
    signed, site = told.settlement if told.is_signed else None, told.site_fen
    paid = told.settlement.instalments.all() if told.settlement else []
    return {
        "deal": told.deal.pk,
        "state": told.deal.state,
        "signed_at": signed and signed.signed_at,
        "signed_by": signed and signed.signed_by and signed.signed_by.username,
        "receivable": str(yuan(told.receivable_fen)),
        "site_says": None if site is None else str(yuan(site)),
        "difference": None if told.difference_fen is None else str(yuan(told.difference_fen)),
        "profit": str(yuan(told.profit_fen)),
        "units_without_cost": told.uncosted,
        "account": quoting.account_json(told.account),
        "payout": [line_json(x) for x in told.lines],
        "costs": [line_json(x) for x in told.costs],
        "causes": [
            {"cause": x.cause.removeprefix("d_"), "changes_by": str(yuan(x.ours_fen)), "keys": list(x.keys),
             "note": x.note} for x in told.causes
        ],
        "instalments": [
            {"number": x.number, "due_on": x.due_on, "due": str(yuan(x.due_fen)), "received": str(yuan(x.received_fen)),
             "received_on": x.received_on} for x in paid
        ],
    }  # fmt: skip


def amounts(said: Any, names: tuple[str, ...], field: str) -> dict[str, int | None]:
    """Yuan by name, in fen. Unprocessable names the field."""
    if not isinstance(said, Mapping) or set(said) - set(names):
        raise Unprocessable(field, _("Send an object of amounts."), names)
    return {name: amount(value, f"{field}.{name}") for name, value in said.items()}


def amount(value: Any, field: str) -> int | None:
    try:
        found = amount_of("" if value is None else str(value))
    except ValidationError as problem:
        raise Unprocessable(field, " ".join(problem.messages)) from None
    return None if found is None else fen(found)


class SettlementView(DealView):
    """A deal's settlement sheet."""

    @operation(summary="The settlement of a deal, and why the site says another figure", responses=SHEET)
    def get(self, request: Request, slug: str, pk: int) -> Response:
        return Response(sheet_json(sheets.sheet(self.deal(pk))))

    @operation(
        summary="Type the site's figures, sign, book an instalment",
        request=bodies.SETTLEMENT,
        examples=[
            examples.sent("The site's figure, and the signature", examples.FIGURES),
            examples.sent("What came in of an instalment", examples.RECEIVED),
        ],
        responses=SHEET,
    )
    def post(self, request: Request, slug: str, pk: int) -> Response:
        """{site, said: {sold, sales, refund, commission, withheld, fees}, billed: {...}, note} types figures; {sign:
        true} signs; {instalment: {number, received, day, note}} books one."""
        deal, told = self.deal(pk), fields_of(request)
        try:
            with transaction.atomic():
                if {"site", "said", "billed", "note"} & told.keys():
                    self.type_figures(pk, told)
                if told.get("sign") is True:
                    settling.sign(deal, self.member.user)
                    dealing.go(deal, State.SETTLED, self.member.user, _("The settlement is signed."))
                if isinstance(told.get("instalment"), dict):
                    self.book(pk, told["instalment"])
                deals_changed(self.store)
        except ValidationError as problem:
            raise refused(problem) from None
        return Response(sheet_json(sheets.sheet(self.deal(pk))))

    def type_figures(self, pk: int, told: Mapping[str, Any]) -> None:
        """What is not told stays as it is."""
        deal = self.deal(pk)
        known = sheets.sheet(deal).settlement
        said: dict[str, int | None] = dict(known.said) if known else {}
        if "said" in told:
            sent = dict(told["said"]) if isinstance(told["said"], Mapping) else {}
            sold = sent.pop("sold", None)
            said = amounts(sent, SUMS, "said") | {"sold": None if sold is None else whole_of(str(sold))}
        billed = amounts(told["billed"], REAL, "billed") if "billed" in told else (known.billed if known else {})
        site = amount(told["site"], "site") if "site" in told else (known.site_fen if known else None)
        settling.set_figures(deal, site, said, billed, str(told.get("note", known.note if known else "") or ""))

    def book(self, pk: int, said: Mapping[str, Any]) -> None:
        number = said.get("number")
        if not isinstance(number, int) or not 0 < number < 100:
            raise Unprocessable("instalment.number", _("Give a whole number."))
        came = amount(said.get("received"), "instalment.received") or 0
        settling.receive(
            self.deal(pk), number, came, settling.day_of(str(said.get("day") or "")), str(said.get("note") or "")
        )


def file_json(file: DealFile) -> dict[str, Any]:
    return {
        "id": file.pk,
        "name": file.name,
        "purpose": file.purpose,
        "deal": file.deal_id,
        "state": file.state,
        "created_at": file.created_at,
    }


class DealFilesView(DealView):
    """Files that tell how deals went."""

    action, writes = Action.ENTER_DATA, Action.ENTER_DATA
    parser_classes = [MultiPartParser]

    @operation(
        summary="Files of deals read before, newest first",
        parameters=PAGING,
        responses=pages(FILE),
    )
    def get(self, request: Request, slug: str) -> Response:
        return self.page(request, DealFile.objects.filter(store=self.store).defer("rows", "changes"), file_json)

    @operation(
        summary="Read a file of sales (purpose=sales) or of a site's settlement (purpose=claims), and apply it",
        request={
            "multipart/form-data": {
                "type": "object",
                "properties": {
                    "file": {"type": "string", "format": "binary", "description": "As the site gives it."},
                    "purpose": {"type": "string", "enum": ["sales", "claims"], "description": "What it tells."},
                    "deal": {"type": "integer", "description": "The id of the deal, where no line names it."},
                    "dry_run": {"type": "boolean", "description": "Only tell what would change."},
                },
                "required": ["file", "purpose"],
            }
        },
        responses={200: APPLIED, 201: APPLIED},
    )
    def post(self, request: Request, slug: str) -> Response:
        """Lines with a problem stay out and are told. dry_run: only say what would change."""
        said = fields_of(request)
        sent, purpose, number = request.FILES.get("file"), str(said.get("purpose") or ""), said.get("deal", "")
        if not isinstance(sent, UploadedFile) or (sent.size or 0) > LARGEST:
            raise Unprocessable("file", _("Send the file as the multipart field “file”."))
        if purpose not in DealFile.Purpose.values:
            raise Unprocessable("purpose", _("Say what the file tells."), DealFile.Purpose.values)
        deal = self.deal(int(number)) if is_id(str(number)) else None
        is_dry = str(said.get("dry_run") or "").lower() in ("1", "true")
        try:
            with transaction.atomic():
                file: Any = sent
                read = result_files.read_file(
                    self.store, file, sent.name or "", purpose=purpose, deal=deal, by=self.member.user
                )
                if needed := result_files.needs_columns(read):
                    raise Unprocessable("file", _("Say first which column is which."), needed)
                told = Understood(read)
                changes = [{"line": x.line, "deal": x.deal.pk, "key": x.key, "what": x.what} for x in told.changes]
                if is_dry:
                    read.delete()
                else:
                    result_apply.apply_file(read, self.member.user)
                    deals_changed(self.store)
        except ValidationError as problem:
            raise refused(problem) from None
        problems = [
            {"line": line, "column": column, "value": value, "code": code, "message": _(PROBLEMS[code])}
            for line, column, value, code in told.problems
        ]
        return Response(
            {"id": None if is_dry else read.pk, "changes": changes, "problems": problems}, status=200 if is_dry else 201
        )
