from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("kpis", "0012_entry_edits")]

    operations = [
        migrations.AlterField(
            model_name="adspend",
            name="grain",
            field=models.CharField(
                choices=[("account", "Account"), ("subject", "Subject"), ("keyword", "Keyword"), ("region", "Region")],
                max_length=7,
            ),
        ),
    ]
