from django.core.validators import MaxValueValidator
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0021_exception_most")]

    operations = [
        migrations.AddField(
            "dealline",
            "rate_bp",
            models.PositiveIntegerField(
                "commission (1/10000)", blank=True, null=True, validators=[MaxValueValidator(10_000)]
            ),
        ),
    ]
