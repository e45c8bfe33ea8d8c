from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("staff", "0002_messages")]

    operations = [
        migrations.AddField(
            model_name="apitoken",
            name="metrics",
            field=models.JSONField(blank=True, default=list, verbose_name="figures"),
        ),
    ]
