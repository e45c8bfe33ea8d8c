from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("stores", "0012_channel_stopped_on")]

    operations = [
        migrations.AddField("store", "client", models.CharField("client", blank=True, max_length=60)),
    ]
