from django.db import migrations, models

COLUMNS = (
    "deal_quota", "deal_sold_qty", "deal_paid_qty", "deal_back_qty", "deal_net_amt", "deal_profit", "deal_decided_cnt",
    "deal_formed_cnt", "deal_new_buyers",
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("kpis", "0013_ad_keywords")]

    operations = [migrations.AddField("storeday", name, models.BigIntegerField(null=True)) for name in COLUMNS]
