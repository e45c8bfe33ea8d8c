"""What a store holds that is more than settings: while there is nothing, it may be deleted, and while there is no
money, its currency may be another."""

import shutil
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, Model, OuterRef
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.models import CampaignOffer, DealSale, GroupDeal
from kpis.models import (
    AdSpend,
    ArrivingFile,
    ChannelTraffic,
    Entry,
    Fee,
    ItemTraffic,
    Order,
    OrderLine,
    Refund,
    ShopTraffic,
    SignedReport,
    Target,
    ToldPart,
    Upload,
)
from products.models import Cost, ListPrice, PaidPrice, PurchaseOrder, StockMovement, StockTake
from stores.models import Contract, Store

State = Upload.State
# what it is called, its rows, the way from a row to the store
FACTS: tuple[tuple[Promise, type[Model], str], ...] = (
    (gettext_lazy("orders"), Order, "store"),
    (gettext_lazy("orders"), OrderLine, "store"),
    (gettext_lazy("orders"), ToldPart, "store"),
    (gettext_lazy("refunds"), Refund, "store"),
    (gettext_lazy("traffic"), ShopTraffic, "store"),
    (gettext_lazy("traffic"), ChannelTraffic, "store"),
    (gettext_lazy("traffic"), ItemTraffic, "store"),
    (gettext_lazy("advertising costs"), AdSpend, "store"),
    (gettext_lazy("platform fees"), Fee, "store"),
    (gettext_lazy("hand entries"), Entry, "store"),
    (gettext_lazy("signed reports"), SignedReport, "report__store"),
    (gettext_lazy("contracts"), Contract, "stores"),
    (gettext_lazy("sales of group deals"), DealSale, "line__deal__store"),
    (gettext_lazy("stock movements"), StockMovement, "store"),
    (gettext_lazy("purchase orders"), PurchaseOrder, "store"),
    (gettext_lazy("stock-takes"), StockTake, "store"),
)
PRICES: tuple[tuple[Promise, type[Model], str], ...] = (
    (gettext_lazy("costs"), Cost, "product__store"),
    (gettext_lazy("list prices"), ListPrice, "product__store"),
    (gettext_lazy("list prices"), PaidPrice, "store"),
    (gettext_lazy("targets"), Target, "store"),
    (gettext_lazy("offers of campaigns"), CampaignOffer, "campaign__store"),
    (gettext_lazy("group deals"), GroupDeal, "store"),
)
AT_WORK = (State.WAITING, State.CHECKING, State.READY, State.QUEUED, State.LOADING, State.UNDOING)
FOLDERS = ("photos", "papers", "deals")  # files of people, by the number of the store


def held(store: Store, *, prices: bool = False) -> list[str]:
    """What there is of facts (and `prices`: of anything that is counted in money), in words; [] = nothing."""
    tables = FACTS + PRICES if prices else FACTS
    asked = [Exists(model._default_manager.filter(**{path: OuterRef("pk")})) for _name, model, path in tables]
    at_work = Upload.objects.filter(store=OuterRef("pk"), state__in=AT_WORK)
    asked += [Exists(at_work), Exists(ArrivingFile.objects.filter(store=OuterRef("pk")))]
    found = Store.objects.filter(pk=store.pk).values_list(*asked).get()
    names = [*(name for name, _model, _path in tables), *[gettext_lazy("files on their way in")] * 2]
    return list(dict.fromkeys(str(name) for name, is_there in zip(names, found, strict=True) if is_there))


def delete_store(store: Store, typed: str) -> None:
    """Take the store away with its settings, plans and people's places in it, while it holds no facts. ValidationError:
    the name typed is another one, or there are facts; nothing is done then."""
    with transaction.atomic():
        now = Store.objects.select_for_update().get(pk=store.pk)
        if typed.strip() != now.name:
            raise ValidationError({"name": _("This is not the name of the store.")})
        found = held(now)
        if found:
            text = _("The store holds %s; it can be closed, not deleted.")
            raise ValidationError({"name": text % _(", ").join(found)})
        now.delete()
        transaction.on_commit(lambda: forget_files(store.pk))


def forget_files(pk: int) -> None:
    """Files people handed in; those that were imported are swept up as strays."""
    for folder in FOLDERS:
        shutil.rmtree(Path(settings.OPSPLAN_HOME) / folder / str(pk), ignore_errors=True)
