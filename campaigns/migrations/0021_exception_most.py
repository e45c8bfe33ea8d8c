from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0020_deal_tiers")]

    operations = [migrations.AddField("priceexception", "most_fen", models.BigIntegerField(null=True))]
