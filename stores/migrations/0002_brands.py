import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("stores", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Brand",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, unique=True, verbose_name="name")),
            ],
            options={"ordering": ["name"]},
        ),
        migrations.AddField(
            model_name="store",
            name="brand",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="stores",
                to="stores.brand",
                verbose_name="brand",
            ),
        ),
        migrations.AddField(
            model_name="store",
            name="buyer_realm",
            field=models.CharField(blank=True, editable=False, max_length=20),
        ),
    ]
