import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("products", "0008_picture_kinds")]

    operations = [
        migrations.AddField(
            "priceevent", "after_days",
            models.PositiveSmallIntegerField(
                "no lower price for so many days after it", default=0,
                validators=[django.core.validators.MaxValueValidator(180)],
            ),
        ),
    ]  # fmt: skip
