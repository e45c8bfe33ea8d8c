from django.db import migrations, models

COLUMNS = ("deal_cnt", "deal_gross_amt", "deal_commission")


class Migration(migrations.Migration):
    dependencies = [("kpis", "0028_said_of_files")]

    operations = [migrations.AddField("storeday", name, models.BigIntegerField(null=True)) for name in COLUMNS]
