from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0009_decision_applied"),
    ]

    operations = [
        migrations.AddField(
            model_name="groupdeal",
            name="packing_fen",
            field=models.BigIntegerField(default=0, verbose_name="packing of a piece (fen)"),
        ),
    ]
