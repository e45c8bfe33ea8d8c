from collections import Counter, defaultdict
from itertools import groupby
from operator import itemgetter

import django.db.models.deletion
from django.db import migrations, models


def packed(keys):
    """As kpis.sums.crowds reads them: eight bytes each, the lowest first."""
    return b"".join(key.to_bytes(8, "little", signed=True) for key in keys)


def told(orders, column, *more):
    """Days in their order with what the orders of each say."""
    rows = orders.exclude(**{column: None}).order_by(column).values_list(column, "buyer_key", *more)
    return groupby(rows.iterator(50_000), itemgetter(0))


def note_buyers(apps, schema_editor):
    """Who bought on each day, from the orders that are there."""
    orders, buyer_days = apps.get_model("kpis", "Order"), apps.get_model("kpis", "BuyerDay")
    for store in apps.get_model("stores", "Store").objects.values_list("pk", flat=True):
        days = defaultdict(lambda: dict.fromkeys(("paid", "again", "made", "at_once", "later"), b""))
        mine = orders.objects.filter(store_id=store, buyer_key__isnull=False)
        for day, rows in told(mine, "pay_day"):
            paid = Counter(key for _day, key in rows)
            days[day].update(paid=packed(sorted(paid)), again=packed(sorted(key for key, n in paid.items() if n > 1)))
        for day, rows in told(mine, "order_day", "pay_day"):
            made = {(key, pay_day) for _day, key, pay_day in rows}
            later = sorted((key, pay_day.toordinal()) for key, pay_day in made if pay_day and pay_day != day)
            days[day].update(
                made=packed(sorted({key for key, _paid in made})),
                at_once=packed(sorted(key for key, pay_day in made if pay_day == day)),
                later=packed(x for pair in later for x in pair),
            )
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
                ("at_once", models.BinaryField()),
                ("later", models.BinaryField()),
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
