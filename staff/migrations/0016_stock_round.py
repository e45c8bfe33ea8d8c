from django.db import migrations


def let_the_stock_tick(apps, _schema):
    """The daily stock line of the playbook goes through the products in growth until there is enough of them; what a
    store has changed about it stays."""
    versions = apps.get_model("staff", "TemplateVersion").objects
    versions.filter(template__source="stage.grow.stock", points="growth").update(points="growth_stock")


class Migration(migrations.Migration):
    dependencies = [
        ("staff", "0015_rounds"),
    ]

    operations = [
        migrations.RunPython(let_the_stock_tick, migrations.RunPython.noop),
    ]
