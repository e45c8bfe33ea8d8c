"""A question for many stores, as REST and the command line ask it: JSON, every field checked, nothing guessed."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from campaigns.models import Campaign
from kpis.comparisons import COMPARISONS
from kpis.figures import grains
from kpis.metrics import METRICS
from opsplan.lib import clock
from opsplan.lib.periods import Period
from products.models import Product
from products.queries import GROUPED
from stores import spans
from stores.models import Channel, Store

TIMES = grains.SPANS
PLACES = ("store", "brand", "client")
THINGS = ("channel", "product", "campaign", "stage", "role")
DIMENSIONS = (*TIMES, *PLACES, *THINGS)
FILTERS = ("store", "brand", "client", "platform", *THINGS)
FIELDS = (
    "stores",
    "metrics",
    "dimensions",
    "filters",
    "period",
    "compare",
    "sort",
    "limit",
    "offset",
    "explain",
    "as_of",
    "format",
)
FORMATS = ("json", "csv")
LONGEST_DAYS, MOST_ROWS, MOST_METRICS, MOST_FILTERS = 1100, 5000, 40, 200
# parts of a period a shop's things are told for at once
MOST_SPANS = {"product": 62, "campaign": 62, "channel": 370, "stage": 62, "role": 62}


T = TypeVar("T")


class Refused(ValueError):
    """`field` of a question has a value that cannot be used; `valid` are those that can. `more`: other such fields."""

    def __init__(self, field: str, message: str, valid: Iterable[str] = (), more: Sequence["Refused"] = ()) -> None:
        self.field, self.message, self.valid, self.more = field, message, tuple(valid), tuple(more)
        super().__init__(message)


class Reading:
    """The fields of a question, read one by one; what is wrong with them is told together."""

    def __init__(self) -> None:
        self.wrong: list[Refused] = []

    def take(self, read: Callable[..., T], *told: Any) -> T | None:
        """What `read` makes of a field, None where it cannot be used."""
        try:
            return read(*told)
        except Refused as error:
            self.wrong.append(error)
            return None

    def end(self) -> None:
        if self.wrong:
            first, *rest = self.wrong
            raise Refused(first.field, first.message, first.valid, rest)


@dataclass(frozen=True)
class Question:
    """What is asked. dimensions: at most one each of TIMES, PLACES and THINGS; filters: by name of THINGS, never empty.

    sort: a metric or dimension, with "-" before it from large to small; "" the usual order. as_of: as it was reported
    at that instant (`kpis.reporting.reported`), None = as it is known now.
    """

    stores: tuple[Store, ...]
    metrics: tuple[str, ...]
    period: Period
    dimensions: tuple[str, ...] = ()
    filters: dict[str, tuple[str, ...]] = field(default_factory=dict)
    compare: tuple[str, ...] = ()
    sort: str = ""
    limit: int = 1000
    offset: int = 0
    explain: bool = False
    as_of: dt.datetime | None = None
    format: str = "json"

    def dimension(self, kind: Sequence[str]) -> str:
        """The dimension of a kind (TIMES, PLACES, THINGS), or ""."""
        return next((name for name in self.dimensions if name in kind), "")

    def page(self, lines: Sequence[T]) -> tuple[T, ...]:
        """Those of all its lines that are told."""
        return tuple(lines[self.offset : self.offset + self.limit])

    @property
    def thing(self) -> str:
        """What a store's figures are narrowed to: channel, product, campaign or ""."""
        return self.dimension(THINGS) or next((name for name in THINGS if name in self.filters), "")


def read(body: object, stores: Sequence[Store], metrics: Sequence[str] | None = None) -> Question:
    """The question in a JSON object, for somebody who may see `stores` (and of the KPIs `metrics`; None = all).

    Refused names all fields that cannot be used, each with the values that can; how fields go together is looked at
    once each can be used by itself.
    """
    if not isinstance(body, Mapping):
        raise Refused("", _("Send a JSON object."), FIELDS)
    reading = Reading()
    reading.wrong = [Refused(str(x)[:60], _("There is no such field."), FIELDS) for x in body if x not in FIELDS]
    take = reading.take
    asked = take(_metrics, body, [key for key in METRICS if metrics is None or key in metrics]) or ()
    dimensions = take(_dimensions, body) or ()
    filters = take(_filters, body) or {}
    chosen = take(_stores, body, stores, filters) or ()
    period = take(_period, body.get("period"), chosen or stores) if chosen or stores else None
    compare = take(_names, body, "compare", tuple(COMPARISONS)) or ()
    limit, explain, as_of = take(_limit, body) or 0, bool(take(_flag, body, "explain")), take(_instant, body)
    offset = take(_offset, body) or 0
    written = take(_choice, body, "format", FORMATS, "json") or ""
    is_known = not {"metrics", "dimensions"} & {each.field for each in reading.wrong}
    sort = (take(_sort, body, asked, dimensions) if is_known else "") or ""
    reading.end()
    assert period is not None
    question = Question(
        stores=chosen,
        metrics=asked,
        period=period,
        dimensions=dimensions,
        filters={name: values for name, values in filters.items() if name in THINGS},
        compare=compare,
        sort=sort,
        limit=limit,
        offset=offset,
        explain=explain,
        as_of=as_of,
        format=written,
    )
    _check_thing(question)
    _check_members(question)
    if question.as_of:
        _check_reported(question)
    _check_explained(question)
    return question


def _metrics(body: Mapping[str, Any], known: Sequence[str]) -> tuple[str, ...]:
    asked = _names(body, "metrics", known)
    if not asked:
        raise Refused("metrics", _("Name at least one KPI."), known)
    if len(asked) > MOST_METRICS:
        raise Refused("metrics", _("At most %d at a time.") % MOST_METRICS)
    return asked


def _names(body: Mapping[str, Any], name: str, valid: Sequence[str]) -> tuple[str, ...]:
    """A list of names without repeats, each one of `valid`."""
    given = body.get(name, [])
    if not isinstance(given, list) or not all(isinstance(x, str) for x in given):
        raise Refused(name, _("Give a list of names."), valid)
    for x in given:
        if x not in valid:
            raise Refused(name, _("“%s” is not one of the valid values.") % x[:60], valid)
    return tuple(dict.fromkeys(given))


def _choice(body: Mapping[str, Any], name: str, valid: Sequence[str], usual: str) -> str:
    given = body.get(name, usual)
    if not isinstance(given, str) or given not in valid:
        raise Refused(name, _("“%s” is not one of the valid values.") % str(given)[:60], valid)
    return given


def _flag(body: Mapping[str, Any], name: str) -> bool:
    given = body.get(name, False)
    if not isinstance(given, bool):
        raise Refused(name, _("Give true or false."), ("true", "false"))
    return given


def _instant(body: Mapping[str, Any]) -> dt.datetime | None:
    given = body.get("as_of")
    if given is None:
        return None
    try:
        at = dt.datetime.fromisoformat(given)
    except (TypeError, ValueError):
        at = None
    if at is None or at.tzinfo is None or at.year < 2000 or at > clock.now():
        raise Refused("as_of", _("Give an instant that has passed, with its time zone: 2026-12-01T09:00:00+08:00."))
    return at


def _check_reported(question: Question) -> None:
    """Of closed periods the figures of stores are kept, for the whole period and for its days."""
    lost = [name for name in question.dimensions if name not in ("store", "day")]
    if lost:
        raise Refused("dimensions", _("As reported, figures are kept by store and day."), ("store", "day"))
    for name, value in (("filters", question.filters), ("compare", question.compare), ("explain", question.explain)):
        if value:
            raise Refused(name, _("Not together with as_of."))


def _check_explained(question: Question) -> None:
    """A listing of rows can be narrowed to one kind of thing."""
    if question.explain and len(question.filters) > 1:
        raise Refused("explain", _("An explanation can be narrowed by one filter only."), question.filters)


def _limit(body: Mapping[str, Any]) -> int:
    given = body.get("limit", 1000)
    if not isinstance(given, int) or isinstance(given, bool) or not 1 <= given <= MOST_ROWS:
        raise Refused("limit", _("Give a whole number from 1 to %d.") % MOST_ROWS)
    return given


def _offset(body: Mapping[str, Any]) -> int:
    given = body.get("offset", 0)
    if not isinstance(given, int) or isinstance(given, bool) or not 0 <= given < 2**31:
        raise Refused("offset", _("Give a whole number."))
    return given


def _dimensions(body: Mapping[str, Any]) -> tuple[str, ...]:
    found = _names(body, "dimensions", DIMENSIONS)
    if len(found) > 2:
        raise Refused("dimensions", _("At most two dimensions."), DIMENSIONS)
    for kind in (TIMES, PLACES, THINGS):
        if len([name for name in found if name in kind]) > 1:
            rest = [name for name in DIMENSIONS if name not in kind]
            text = _("%(names)s cannot be crossed: no source tells one by the other.")
            raise Refused("dimensions", text % {"names": ", ".join(found)}, rest)
    return found


def _sort(body: Mapping[str, Any], metrics: Sequence[str], dimensions: Sequence[str]) -> str:
    given, valid = body.get("sort", ""), [*metrics, *dimensions]
    if given != "" and (not isinstance(given, str) or given.removeprefix("-") not in valid):
        text = _("Sort by a KPI or dimension of the question; “-” before it means from large to small.")
        raise Refused("sort", text, [sign + name for name in valid for sign in ("", "-")])
    return str(given)


def _filters(body: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    given = body.get("filters", {})
    if not isinstance(given, Mapping):
        raise Refused("filters", _("Give an object: the name of a filter, and the list of what stays."), FILTERS)
    found = {}
    for name, values in given.items():
        if name not in FILTERS:
            raise Refused(f"filters.{str(name)[:60]}", _("There is no such filter."), FILTERS)
        if not isinstance(values, list) or not values or not all(isinstance(x, str) for x in values):
            raise Refused(f"filters.{name}", _("Give a list of at least one name."))
        if len(values) > MOST_FILTERS:
            raise Refused(f"filters.{name}", _("At most %d at a time.") % MOST_FILTERS)
        found[name] = tuple(dict.fromkeys(values))
    return found


def _stores(
    body: Mapping[str, Any], mine: Sequence[Store], filters: Mapping[str, tuple[str, ...]]
) -> tuple[Store, ...]:
    """Those named (a list, or "all"), narrowed by the filters store, brand, client and platform."""
    by_slug = {store.slug: store for store in mine}
    given = body.get("stores")
    slugs = list(by_slug) if given == "all" else given
    if not isinstance(slugs, list) or not slugs or not all(isinstance(x, str) for x in slugs):
        raise Refused("stores", _("Give a list of short names, or “all”."), ["all", *by_slug])
    for slug in [*slugs, *filters.get("store", ())]:
        if slug not in by_slug:
            raise Refused("stores", _("You see no store “%s”.") % slug[:60], ["all", *by_slug])
    found = [by_slug[slug] for slug in dict.fromkeys(slugs) if slug in filters.get("store", slugs)]
    of_store = {"brand": brand_of, "client": client_of, "platform": platform_of}
    for name, told in of_store.items():
        valid = sorted({told(store) for store in found})
        for value in filters.get(name, ()):
            if value not in valid:
                raise Refused(f"filters.{name}", _("“%s” is not one of the valid values.") % value[:60], valid)
    for name, told in of_store.items():
        found = [x for x in found if told(x) in filters.get(name, (told(x),))]
    if not found:
        raise Refused("filters", _("No store is left."), [])
    return tuple(found)


def brand_of(store: Store) -> str:
    """Its name, "" for a store without one."""
    return store.brand_name


def client_of(store: Store) -> str:
    """Whose store it is; of a client with several brands the client, else the brand."""
    return store.whose


def platform_of(store: Store) -> str:
    return store.platform


def _period(given: object, stores: Sequence[Store]) -> Period:
    """{"from", "to"} (local days of each store, both included) or {"preset"}, which ends on the last day that is over
    in every store."""
    if not isinstance(given, Mapping):
        raise Refused("period", _("Give an object with from and to, or with a preset."), ("from", "to", "preset"))
    for name in given:
        if name not in ("from", "to", "preset"):
            raise Refused(f"period.{str(name)[:60]}", _("There is no such field."), ("from", "to", "preset"))
    if "preset" in given:
        preset = given["preset"]
        if "from" in given or "to" in given:
            raise Refused("period.preset", _("Give days or a preset, not both."), spans.PRESETS)
        if not isinstance(preset, str) or preset not in spans.PRESETS:
            raise Refused("period.preset", _("“%s” is not one of the valid values.") % str(preset)[:60], spans.PRESETS)
        return spans.preset_period(preset, min(clock.today(store.timezone) for store in stores))
    first, last = _day(given, "from"), _day(given, "to")
    if last < first:
        raise Refused("period.to", _("The period ends before it starts."))
    if (last - first).days >= LONGEST_DAYS:
        raise Refused("period.to", _("At most %d days at a time.") % LONGEST_DAYS)
    return Period(first, last)


def _day(given: Mapping[str, Any], name: str) -> dt.date:
    raw = given.get(name, "")
    try:
        day = dt.date.fromisoformat(raw)
    except (TypeError, ValueError):
        raise Refused(f"period.{name}", _("Give a day as YYYY-MM-DD; got “%s”.") % str(raw)[:40]) from None
    if not 2000 <= day.year <= 2100:
        raise Refused(f"period.{name}", _("Choose a day between the years 2000 and 2100."))
    return day


def _check_thing(question: Question) -> None:
    """One kind of thing at a time, of which every metric can be told, in no more parts than can be read at once."""
    thing, time = question.thing, question.dimension(TIMES)
    others = [name for name in question.filters if name != thing and {name, thing} != {"product", "campaign"}]
    if others:
        text = _("%(names)s cannot be crossed: no source tells one by the other.")
        raise Refused(f"filters.{others[0]}", text % {"names": f"{thing}, {others[0]}"}, (thing,))
    if not thing:
        return
    grain = "channel" if thing == "channel" else "product"
    lost = [key for key in question.metrics if not grains.can_split(METRICS[key], grain)]
    if lost:
        text = _("%(keys)s cannot be told by %(by)s.") % {"keys": ", ".join(lost), "by": thing}
        raise Refused("metrics", text, [key for key, m in METRICS.items() if grains.can_split(m, grain)])
    if time and sum(1 for _part in grains.spans(question.period, time)) > MOST_SPANS[thing]:
        text = _("At most %(most)d parts of a period by %(by)s: ask for a shorter period or longer parts.")
        raise Refused("dimensions", text % {"most": MOST_SPANS[thing], "by": thing}, TIMES)
    if (
        "campaign" in question.filters
        and "campaign" not in question.dimensions
        and len(question.filters["campaign"]) > 1
    ):
        text = _("Campaigns may overlap: ask for one, or for the dimension campaign.")
        raise Refused("filters.campaign", text, question.filters["campaign"])


def _check_members(question: Question) -> None:
    """Channels, products and campaigns that are named must be there."""
    for name, values in question.filters.items():
        valid = members(name, question.stores)
        for value in values:
            if value not in valid:
                shown = sorted(valid)[:50]
                raise Refused(f"filters.{name}", _("“%s” is not one of the valid values.") % value[:60], shown)


def members(thing: str, stores: Sequence[Store]) -> dict[str, str]:
    """key -> name of the channels (key), products (merchant code) or campaigns (number) of the stores; the stages and
    roles of products."""
    if thing in GROUPED:
        return {key: str(label) for key, label in GROUPED[thing].items()}
    if thing == "channel":
        return dict(Channel.objects.filter(store__in=stores).order_by("-id").values_list("key", "name"))
    if thing == "product":
        return dict(Product.objects.filter(store__in=stores).order_by("-id").values_list("code", "title"))
    found = Campaign.objects.filter(store__in=stores).values_list("pk", "name")
    return {str(pk): name for pk, name in found}
