"""A buyer who asks to be forgotten: the hashed keys go, the figures stay. Files that may still hold the name go too."""

from django.db import transaction

from kpis.ingest.intake import FINISHED, forget_file
from kpis.ingest.staging import rows_of, run
from kpis.ingest.values import BuyerKeys
from kpis.models import CustomerMark, Order, RowBefore, ToldPart, Upload
from kpis.models.rollups import bump, mark_stale
from kpis.sums import crowds
from stores.models import Store


def forget_buyer(store: Store, name: str) -> int:
    """Take a buyer's key off the orders of a store, and off what is kept of them for undoing; how many that were. What
    people said of the buyer goes, too.

    name: as the platform writes it (nickname, account, phone number). The orders are no longer anybody's, so the buyers
    of their days are counted by the platform's own figure from then on. Notes for undoing that hold the key lose it,
    kept files of the store are deleted, and imports loaded so far cannot bring it back by being undone.
    """
    key = BuyerKeys(store).key(name.strip())
    if key is None:
        return 0
    orders, before = Order._meta.db_table, RowBefore._meta.db_table
    with transaction.atomic():
        found = Order.objects.filter(store=store, buyer_key=key)
        days = {day for pair in found.values_list("order_day", "pay_day") for day in pair if day}
        count = run(f"UPDATE {orders} SET buyer_key = NULL WHERE store_id = %s AND buyer_key = %s", store.pk, key)
        ToldPart.objects.filter(store=store, buyer_key=key).update(buyer_key=None)
        CustomerMark.objects.filter(store=store, buyer_key=key).delete()
        uploads = Upload._meta.db_table
        mine = f"upload_id IN (SELECT id FROM {uploads} WHERE store_id = %s)"
        for number, text in rows_of(
            f"SELECT id, before FROM {before} WHERE {mine} AND before LIKE %s", store.pk, f"%{key}%"
        ):
            count += run(f"UPDATE {before} SET before = %s WHERE id = %s", text.replace(str(key), "null"), number)
        if days:
            crowds.note(store, days)
            mark_stale(store, days)
        bump(store)
    for upload in Upload.objects.filter(store=store, state__in=FINISHED).exclude(path="", kept=""):
        forget_file(upload)
    return count
