from decimal import ROUND_CEILING, Decimal

from django.db import migrations, models

RULES = ["cost", "floor", "lookback", "lookback_floor"]  # all that can stand in the way of a price


def remember(apps, _schema):
    """What a second person allowed (or is asked for) was one price of the whole deal. It goes on for each line of it,
    with what the line is held against now: the highest of floor and cost of the days it sells."""
    Deal, Approval = apps.get_model("campaigns", "GroupDeal"), apps.get_model("staff", "Approval")
    for deal in Deal.objects.filter(exception_fen__isnull=False):
        deal.allowed = lines_at(apps, deal, deal.exception_fen)
        deal.save(update_fields=["allowed"])
    for about in Approval.objects.filter(about__startswith="deal_price:", state="open").values_list("about", flat=True):
        _kind, pk, fen = about.split(":")
        for deal in Deal.objects.filter(pk=pk):
            deal.asked = lines_at(apps, deal, int(fen))
            deal.save(update_fields=["asked"])


def lines_at(apps, deal, fen):
    rules = apps.get_model("campaigns", "CampaignRules").objects.filter(store=deal.store_id).first()
    settings = apps.get_model("products", "PriceSettings").objects.filter(store=deal.store_id).first()
    floor = settings.floor if settings else Decimal("0.70")
    factor = rules.cost_factor if rules else Decimal(1)
    found = {}
    for line in deal.lines.select_related("sku"):
        costs = in_force(apps.get_model("products", "Cost"), "cost_fen", line.sku.product_id, deal)
        lists = in_force(apps.get_model("products", "ListPrice"), "price_fen", line.sku.product_id, deal)
        least = [Decimal(cost) * factor for cost in costs] + [Decimal(price) * floor for price in lists]
        low = int(max(least, default=Decimal(0)).to_integral_value(ROUND_CEILING))
        found[str(line.sku_id)] = {"deep_fen": fen, "low_fen": low, "rules": RULES}
    return found


def in_force(rows, name, product, deal):
    """The amounts of a product (fen) on the days the deal sells."""
    mine = rows.objects.filter(product=product).order_by("from_day")
    before = mine.filter(from_day__lte=deal.opens_at).values_list(name, flat=True).last()
    during = mine.filter(from_day__gt=deal.opens_at, from_day__lte=deal.closes_at).values_list(name, flat=True)
    return [*([] if before is None else [before]), *during]


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0018_prize_limit"),
        ("products", "0008_picture_kinds"),
        ("staff", "0021_statement_links"),
    ]

    operations = [
        migrations.AddField(
            model_name="groupdeal",
            name="asked",
            field=models.JSONField(blank=True, default=dict, editable=False),
        ),
        migrations.AddField(
            model_name="groupdeal",
            name="allowed",
            field=models.JSONField(blank=True, default=dict, editable=False),
        ),
        migrations.RunPython(remember, migrations.RunPython.noop),
        migrations.RemoveField(model_name="groupdeal", name="exception_fen"),
    ]
