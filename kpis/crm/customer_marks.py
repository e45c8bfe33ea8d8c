"""What people say of customers, and where a store cuts its scores: the only place that writes either."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from kpis.crm.customer_lists import is_known
from kpis.crm.customers import rules_of
from kpis.ingest.values import BuyerKeys
from kpis.models import CustomerMark, Order, SegmentRules
from kpis.segments import decimals, numbers
from opsplan.lib import clock
from staff.models import User
from stores.models import Store

MOST = 2000  # names at once
LIMITS: dict[str, dict[str, Any]] = {
    "recency": {"most": 365},
    "frequency": {"most": 100},
    "high": {"most": 5, "count": 3, "rising": False},
}


def keys_of(store: Store, names: Iterable[str]) -> dict[str, int | None]:
    """Each name (as the platform writes it) and its key; None = masked. The names are kept nowhere."""
    keyed = BuyerKeys(store)
    return {name: keyed.key(name) for name in names}


def names_in(text: str) -> list[str]:
    """The names somebody pasted: one a line, or with commas or tabs between them. ValidationError: too many."""
    found = list(dict.fromkeys(filter(None, (part.strip() for part in re.split(r"[\n\r\t,，;；]", text)))))
    if len(found) > MOST:
        raise ValidationError(
            _("These are %(found)s names; at most %(most)s at once.") % {"found": len(found), "most": MOST}
        )
    return found


def key_for(store: Store, text: str) -> int | None:
    """The customer behind an order number, else behind a name; None where neither is known."""
    text = text.strip()
    own = Order.objects.filter(store=store)
    key = own.filter(order_no=text).values_list("buyer_key", flat=True).first()
    if key is None:
        key = BuyerKeys(store).key(text)
    return key if key is not None and is_known(store, key) else None


def mark(
    store: Store, keys: Iterable[int], by: User, *, is_core: bool | None = None, consent: str | None = None
) -> int:
    """Say it of these customers; None leaves as it is. Returns how many are marked. ValidationError: no such answer."""
    if consent is not None and consent not in CustomerMark.Consent.values:
        raise ValidationError(_("Choose one of: %s.") % ", ".join(CustomerMark.Consent.values))
    told = {"is_core": is_core, "consent": consent}
    changed = {name: value for name, value in told.items() if value is not None}
    rows = [CustomerMark(store=store, buyer_key=key, by=by, at=clock.now(), **changed) for key in dict.fromkeys(keys)]
    if rows and changed:
        CustomerMark.objects.bulk_create(
            rows,
            batch_size=500,
            update_conflicts=True,
            unique_fields=["store", "buyer_key"],
            update_fields=[*changed, "by", "at"],
        )
    return len(rows) if changed else 0


def set_rules(store: Store, typed: Mapping[str, str]) -> SegmentRules:
    """The store's cuts as typed. ValidationError by field: one cannot be read."""
    rules, wrong = rules_of(store), {}
    for name in ("recency", "frequency", "multiples", "high"):
        text = typed.get(name, "").strip()
        try:
            found: tuple[int | Decimal, ...] = (
                numbers(text, **LIMITS[name]) if name in LIMITS else decimals(text, most=1000)
            )
        except ValueError as problem:
            wrong[name] = str(problem)
            continue
        setattr(rules, name, ", ".join(f"{each:f}" if isinstance(each, Decimal) else str(each) for each in found))
    if typed.get("money") in SegmentRules.Money.values:
        rules.money = typed["money"]
    else:
        wrong["money"] = _("Choose one of: %s.") % ", ".join(SegmentRules.Money.values)
    if wrong:
        raise ValidationError(wrong)
    rules.save()
    return rules
