from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0019_deal_exceptions")]

    operations = [
        migrations.AddField("dealline", "tiers", models.JSONField("price tiers", blank=True, default=list)),
    ]
