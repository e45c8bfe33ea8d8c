"""Contracts and their statements over REST: read and made, issued, marked as paid, withdrawn."""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, inline_serializer
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from kpis import queries
from kpis.api.base import StoreView, Unprocessable, whole_keys, yes_field
from kpis.api.contract_answers import AMOUNTS, DATES, TEXTS, contract_json, statement_json, whole_json
from kpis.api.contract_shapes import CONTRACT, ROW, STATEMENT
from kpis.clients import contracts, statements
from opsplan.lib import cells, clock
from opsplan.lib.money import fen
from opsplan.lib.text import is_id
from opsplan.paging import PAGING, pages
from opsplan.programs import READING
from staff.access import token_of
from staff.api.base import fields_of, fraction_field
from staff.api.bodies import day, number, one_of, operation, rows, text, texts, whole
from staff.roles import Action
from stores.models import Contract, Store

LONGEST = {"title": 100, "number": 60, "signed_by": 100, "note": 2000}
DEEDS = ("line", "carry", "issue", "paid", "unpaid", "withdraw")
REFUSED = OpenApiResponse(description="A field has a value we cannot use.")
NAMES = {kept: name for name, kept in AMOUNTS.items()} | {"tax_bp": "tax_rate", "brand": "client"}


class ContractStore(StoreView):
    """What the endpoints share: which contracts this caller may read, and whether more than what was issued."""

    action = Action.VIEW_STATEMENTS
    writes: Action | None = Action.MANAGE_CONTRACTS

    def opened(self, action: Action) -> dict[int, Store]:
        """The stores that the token names and in which its owner may do that."""
        named = {store.pk for store in token_of(self.request).stores.all()}
        found = contracts.stores_open(token_of(self.request).user, action)
        return {pk: store for pk, store in found.items() if pk in named}

    def is_whole(self, contract: Contract) -> bool:
        opened = self.opened(Action.MANAGE_CONTRACTS)
        return all(x.pk in opened for x in contract.stores.all())

    def needed(self) -> Action:
        return self.action if self.request.method in READING else Action.MANAGE_CONTRACTS

    def contract(self, pk: int) -> Contract:
        found = contracts.find(self.opened(self.needed()), pk, self.store)
        if found is None:
            raise Http404
        return found

    def statement(self, pk: int) -> Any:
        found = statements.find(self.opened(self.needed()), pk, self.store)
        if found is None:
            raise Http404
        if not self.is_whole(found.contract) and (found.issued_at is None or found.withdrawn_at):
            raise Http404
        whole_keys(self.request, (found.contract.basis, *contracts.agreed_of(found.contract)))
        return found


class ContractsView(ContractStore):
    """The contracts of a store's client."""

    @operation(
        summary="Contracts",
        parameters=PAGING,
        responses=pages(CONTRACT),
    )
    def get(self, request: Request, slug: str) -> Response:
        found = contracts.contracts(self.opened(self.action)).filter(stores=self.store)
        return self.page(request, found, contract_json)

    @operation(
        summary="Make a contract",
        request=inline_serializer(
            "MakeContract",
            {
                "title": text("What it is called.", required=True, max_length=100),
                "client": serializers.CharField(help_text="The brand whose stores these are."),
                "stores": serializers.ListField(
                    child=serializers.CharField(), required=False, help_text="Short names; without it this store."
                ),
                "first": day("The first.", required=True),
                "last": day("The last; null: no end."),
                "fee": number("Basic fee of a month in yuan."),
                "basis": one_of(contracts.BASES, "The KPI the commission is counted on."),
                "number": text("The contract's number.", max_length=60),
                "signed_by": text("Who signed for the client.", max_length=100),
                "signed_on": day("When it was signed."),
                "kind": one_of(Contract.Kind.values, "What kind of work it is."),
                "note": text("What there is to know.", max_length=2000),
                "tiers": rows(
                    "ContractTier",
                    {
                        "from": number("From these sales of a month on, yuan.", required=True),
                        "rate": number("A fraction of them: 0.065, four decimals at most.", required=True),
                    },
                    "Rising.",
                    required=False,
                ),
                "commission": one_of(Contract.Commission.values, "How the tiers are read."),
                "guarantee": one_of(Contract.Guarantee.values, "Whether less is made up for; null: no."),
                "guarantee_amount": number("What is guaranteed, in yuan."),
                "cap": number("Fee, commission and guarantee of a month come to no more, in yuan; 0: no cap."),
                "tax_rate": number("A fraction: 0.06, four decimals at most."),
                "part_months": one_of(Contract.Part.values, "How a month that is not whole is paid."),
                "pay_days": whole("Days from the issue until it is due."),
                "metrics": texts("Keys of the KPIs agreed upon."),
            },
        ),
        responses={201: CONTRACT, 422: REFUSED},
    )
    def post(self, request: Request, slug: str) -> Response:
        fields = fields_of(request)
        opened = {x.slug: x for x in self.opened(Action.MANAGE_CONTRACTS).values()}
        names = fields.get("stores", [slug])
        for name in names if isinstance(names, list) else [names]:
            if not isinstance(name, str) or name not in opened:
                raise Unprocessable(
                    "stores", _("“%s” is not one of the valid values.") % str(name)[:60], sorted(opened)
                )
        chosen = [opened[name] for name in dict.fromkeys(names)]
        try:
            made = contracts.save(None, chosen, str(fields.get("client") or ""), typed(fields))
        except ValidationError as problem:
            raise refused(problem) from problem
        return Response(contract_json(made), status=status.HTTP_201_CREATED)


class ContractView(ContractStore):
    """One contract."""

    writes = None

    @operation(summary="A contract", responses=CONTRACT)
    def get(self, request: Request, slug: str, pk: int) -> Response:
        return Response(contract_json(self.contract(pk)))


class StatementsView(ContractStore):
    """The statements of a store's contracts."""

    @operation(
        summary="Statements, newest month first",
        parameters=[OpenApiParameter("contract", int, description="Of this contract only (its id)."), *PAGING],
        responses=pages(ROW),
    )
    def get(self, request: Request, slug: str) -> Response:
        mine = contracts.contracts(self.opened(self.action)).filter(stores=self.store)
        whole = {x.pk for x in contracts.contracts(self.opened(Action.MANAGE_CONTRACTS))}
        found = statements.readable(mine, whole)
        asked = request.query_params.get("contract", "")
        if asked and not is_id(asked):
            raise Unprocessable("contract", _("Give a whole number."))
        found = found.filter(contract_id=int(asked)) if asked else found
        return self.page(request, found, statement_json)

    @operation(
        summary="Make the statement of a month",
        request=inline_serializer(
            "MakeStatement",
            {
                "contract": whole("The id of the contract.", required=True),
                "month": serializers.CharField(help_text="Like 2026-11."),
            },
        ),
        responses={201: STATEMENT, 422: REFUSED},
    )
    def post(self, request: Request, slug: str) -> Response:
        fields = fields_of(request)
        asked = str(fields.get("contract") or "")
        if not is_id(asked):
            raise Unprocessable("contract", _("Give a whole number."))
        try:
            month = dt.date.fromisoformat(f"{fields.get('month', '')}-01")
        except ValueError as problem:
            said = _("Give a month as YYYY-MM; got “%s”.")
            raise Unprocessable("month", said % str(fields.get("month") or "")[:40]) from problem
        try:
            made = statements.make(self.contract(int(asked)), month, token_of(request).user)
        except ValidationError as problem:
            raise refused(problem) from problem
        return Response(whole_json(self.statement(made.pk), is_whole=True), status=status.HTTP_201_CREATED)


class StatementView(ContractStore):
    """One statement."""

    writes = None

    @operation(summary="A statement, as issued or as it stands", responses=STATEMENT)
    def get(self, request: Request, slug: str, pk: int) -> Response:
        found = self.statement(pk)
        return Response(whole_json(found, is_whole=self.is_whole(found.contract)))


class StatementDoView(ContractStore):
    """What is done with a statement."""

    @operation(
        summary="Add a line, issue, mark as paid, withdraw",
        request=inline_serializer(
            "DoStatement",
            {
                "do": one_of(DEEDS, "What is done.", required=True),
                "amount": number("line: yuan; minus takes off."),
                "reason": serializers.CharField(required=False, help_text="line, withdraw"),
                "of": serializers.IntegerField(required=False, help_text="carry: the earlier statement."),
                "in_part": serializers.BooleanField(required=False, help_text="issue, although days are missing"),
                "tell": serializers.BooleanField(required=False, help_text="issue: the client's people get an e-mail"),
                "paid_on": day("paid: when; today unless told."),
            },
        ),
        responses={200: STATEMENT, 422: REFUSED},
    )
    def post(self, request: Request, slug: str, pk: int) -> Response:
        found, fields = self.statement(pk), fields_of(request)
        if not self.is_whole(found.contract):
            raise Http404
        try:
            self.done(found, str(fields.get("do") or ""), fields)
        except ValidationError as problem:
            raise refused(problem) from problem
        return Response(whole_json(self.statement(pk), is_whole=True))

    def done(self, found: Any, do: str, fields: dict[str, Any]) -> None:
        by = token_of(self.request).user
        if do == "line":
            statements.add_line(found, fen_of(fields.get("amount"), "amount"), str(fields.get("reason") or ""), by)
        elif do == "carry":
            statements.carry(found, whole_number(fields, "of"), by)
        elif do == "issue":
            statements.issue(found, by, in_part=yes_field(fields, "in_part"), tell=yes_field(fields, "tell"))
        elif do == "paid":
            statements.set_paid(found, day_of(fields, "paid_on") or clock.today(self.passed.timezone))
        elif do == "unpaid":
            statements.set_paid(found, None)
        elif do == "withdraw":
            statements.withdraw(found, by, str(fields.get("reason") or ""))
        else:
            raise Unprocessable("do", _("Unknown deed."), DEEDS)


# fields


def typed(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields of a contract that were sent, or Unprocessable."""
    found: dict[str, Any] = {name: str(fields[name] or "") for name in TEXTS if name in fields}
    found |= {name: day_of(fields, name) for name in DATES if name in fields}
    found |= {kept: fen_of(fields[name], name) for name, kept in AMOUNTS.items() if name in fields}
    found |= {"pay_days": whole_number(fields, "pay_days")} if "pay_days" in fields else {}
    found |= {"tax_bp": fraction_field(fields["tax_rate"], "tax_rate")} if "tax_rate" in fields else {}
    if "tiers" in fields:
        tiers = fields["tiers"] or []
        if not isinstance(tiers, list):  # a form
            raise Unprocessable("tiers", _("Give a list of objects."))
        found["tiers"] = [
            [fen_of(row.get("from"), f"tiers[{i}].from"), fraction_field(row.get("rate"), f"tiers[{i}].rate")]
            for i, row in enumerate(tiers)
        ]
    if "metrics" in fields:
        keys, valid = fields["metrics"], queries.keys()
        if not isinstance(keys, list) or not all(key in valid for key in keys):
            raise Unprocessable("metrics", _("Give a list of keys of KPIs."), valid)
        found["metrics"] = keys
    for name, longest in LONGEST.items():
        if len(found.get(name, "")) > longest:
            raise Unprocessable(name, _("This is too long."))
    return found


def fen_of(raw: object, field: str) -> int:
    """An amount of a body in yuan, as fen; Unprocessable."""
    try:
        found = fen(cells.number(raw))
    except cells.Unreadable as problem:
        raise Unprocessable(field, _(str(problem))) from None
    if abs(found) > contracts.LARGEST_FEN:
        raise Unprocessable(field, _("This number is too large."))
    return found


def whole_number(fields: dict[str, Any], name: str) -> int:
    number = fields.get(name)
    if type(number) is not int or abs(number) > contracts.LARGEST_FEN:
        raise Unprocessable(name, _("Give a whole number."))
    return number


def day_of(fields: dict[str, Any], name: str) -> dt.date | None:
    raw = fields.get(name)
    if raw in (None, ""):
        return None
    try:
        return dt.date.fromisoformat(str(raw))
    except ValueError as problem:
        raise Unprocessable(name, _("Give a day as YYYY-MM-DD; got “%s”.") % str(raw)[:40]) from problem


def refused(problem: ValidationError) -> Unprocessable:
    if not hasattr(problem, "error_dict"):
        return Unprocessable("do", " ".join(problem.messages))
    (name, said), *more = ((name, " ".join(told)) for name, told in problem.message_dict.items())
    answer = Unprocessable(NAMES.get(name, name), said, contracts.CHOICES.get(name, ()))
    for name, said in more:
        answer.also(NAMES.get(name, name), said, contracts.CHOICES.get(name, ()))
    return answer
