from collections import Counter, defaultdict
from itertools import groupby
from operator import itemgetter

import django.db.models.deletion
from django.db import migrations, models


def packed(keys):
    """As kpis.crowds reads them: ascending, eight bytes each, the lowest first."""
    return b"".join(key.to_bytes(8, "little", signed=True) for key in sorted(keys))


def note_buyers(apps, schema_editor):
    """Who bought on each day, from the orders that are there."""
    orders, buyer_days = apps.get_model("kpis", "Order"), apps.get_model("kpis", "BuyerDay")
    for store in apps.get_model("stores", "Store").objects.values_list("pk", flat=True):
        days = defaultdict(lambda: {"paid": b"", "again": b"", "made": b""})
        mine = orders.objects.filter(store_id=store, buyer_key__isnull=False)
        for column in ("pay_day", "order_day"):
            told = mine.exclude(**{column: None}).order_by(column).values_list(column, "buyer_key")
            for day, rows in groupby(told.iterator(50_000), itemgetter(0)):
                keys = Counter(key for _day, key in rows)
                if column == "pay_day":
                    days[day].update(paid=packed(keys), again=packed(key for key, n in keys.items() if n > 1))
                else:
                    days[day].update(made=packed(keys))
        buyer_days.objects.bulk_create(
            (buyer_days(store_id=store, day=day, **sets) for day, sets in sorted(days.items())), batch_size=200
        )


class Migration(migrations.Migration):
    dependencies = [
        ("kpis", "0026_recount"),
        ("stores", "0010_contract_cap_tax"),
    ]

    operations = [
        migrations.CreateModel(
            name="BuyerDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("paid", models.BinaryField()),
                ("again", models.BinaryField()),
                ("made", models.BinaryField()),
                (
                    "store",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="stores.store"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("store", "day"), name="buyer_day_once")],
            },
        ),
        migrations.RunPython(note_buyers, migrations.RunPython.noop),
    ]
