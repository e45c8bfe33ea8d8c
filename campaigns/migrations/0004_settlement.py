import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0003_deals"),
        ("stores", "0005_group_sites"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField("dealclaim", "fees", models.JSONField(default=list)),
        migrations.AddField("settlement", "billed", models.JSONField(blank=True, default=dict)),
        migrations.AddField("settlement", "said", models.JSONField(blank=True, default=dict)),
        migrations.CreateModel(
            name="DealFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("sales", "Our sales, redemptions and refunds"),
                            ("claims", "What the site says it owes"),
                        ],
                        default="sales",
                        max_length=6,
                        verbose_name="what it tells",
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="file")),
                ("sha256", models.CharField(max_length=64)),
                ("header", models.JSONField(default=list)),
                ("columns", models.JSONField(default=dict)),
                ("rows", models.JSONField(default=list)),
                ("changes", models.JSONField(default=list)),
                (
                    "state",
                    models.CharField(
                        choices=[("read", "Read"), ("applied", "Applied"), ("undone", "Taken back")],
                        default="read",
                        max_length=8,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("applied_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "deal",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="files",
                        to="campaigns.groupdeal",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="deal_files", to="stores.store"
                    ),
                ),
            ],
            options={"ordering": ["-id"]},
        ),
    ]
