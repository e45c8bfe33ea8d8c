from django.db import migrations

# Refunds, channels and group deals are counted in other ways now (see the changelog): every day that was counted is
# counted again in the background. What was reported of closed periods stays.
RECOUNT = """
    INSERT INTO kpis_staleday (store_id, day, mark)
    SELECT store_id, day, 1 FROM kpis_storeday WHERE true
    ON CONFLICT (store_id, day) DO UPDATE SET mark = kpis_staleday.mark + 1
"""


class Migration(migrations.Migration):
    dependencies = [
        ("kpis", "0025_refund_line"),
    ]

    operations = [
        migrations.RunSQL(RECOUNT, migrations.RunSQL.noop),
    ]
