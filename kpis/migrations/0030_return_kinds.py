from django.db import migrations

# Orders sent back are unknown where a case does not say whether goods came back: those days are counted again.
RECOUNT = """
    INSERT INTO kpis_staleday (store_id, day, mark)
    SELECT DISTINCT o.store_id, o.pay_day, 1 FROM kpis_order o
    JOIN kpis_refund r ON r.store_id = o.store_id AND r.order_no = o.order_no
    WHERE r.with_return IS NULL AND o.pay_day IS NOT NULL
    ON CONFLICT (store_id, day) DO UPDATE SET mark = kpis_staleday.mark + 1
"""


class Migration(migrations.Migration):
    dependencies = [("kpis", "0029_deal_amounts")]

    operations = [migrations.RunSQL(RECOUNT, migrations.RunSQL.noop)]
