"""How it is said that several stores are not compared on all of their days, and whose are left out."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kpis.answers import Comparison, Figure, Missing


def alike_words(told: Figure | Comparison) -> list[str]:
    """Of several stores, on how many of their days they are compared, and without which: `compared on 47 of 66
    store-days; without 旗舰店: 19 days not known`; [] where they stand on all days, and for one store."""
    mark = next((mark for mark in told.marks if mark.startswith("store_days ")), "")
    if not mark:
        return []
    done, _slash, days = mark.removeprefix("store_days ").partition("/")
    stores = list({missing.store: missing for missing in told.missing if missing.store_name}.values())
    said = [_("compared on %(done)s of %(days)s store-days") % {"done": done, "days": days}, *map(without, stores[:3])]
    if rest := len(stores[3:]):
        said.append(ngettext("and without days of %d more store", "and without days of %d more stores", rest) % rest)
    return [_("; ").join(said)]


def without(missing: Missing) -> str:
    """`without 旗舰店: 19 days not known`."""
    if missing.code in ("no_target", "target_elsewhere"):
        return _("without %s: no target") % missing.store_name
    n = len(missing.days)
    words = ngettext("without %(store)s: %(n)d day not known", "without %(store)s: %(n)d days not known", n)
    return words % {"store": missing.store_name, "n": n}
