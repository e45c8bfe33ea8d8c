from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("stores", "0011_channel_words")]

    operations = [
        migrations.AddField(
            model_name="channel",
            name="stopped_on",
            field=models.DateField(blank=True, null=True, verbose_name="not used since"),
        ),
    ]
