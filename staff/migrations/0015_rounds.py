from django.db import migrations, models
from django.db.models import Max

from opsplan.lib import clock

AGAIN = {  # template of the library -> rhythm, days it may take, what it goes through
    "stage.grow.promote": ("FREQ=WEEKLY;BYDAY=MO", 7, "growth"),
    "stage.grow.rank": ("FREQ=WEEKLY;BYDAY=MO", 7, "growth_ranks"),
    "stage.grow.stock": ("FREQ=DAILY", 1, "growth"),
    "stage.ripe.bundle": ("FREQ=WEEKLY;BYDAY=MO", 7, "maturity"),
    "stage.ripe.paid": ("FREQ=WEEKLY;BYDAY=MO", 7, "maturity"),
    "stage.ripe.next": ("FREQ=MONTHLY;BYMONTHDAY=1", 28, "maturity"),
    "stage.fade.close": ("FREQ=MONTHLY;BYMONTHDAY=1", 28, "decline"),
}


def make_them_recur(apps, _schema):
    """Templates of the playbook that were made once for each product come again from now on, and go through all of them;
    whatever else a store changed about them stays. What was done or missed stays; what is open goes, unless somebody
    has begun it: the product is named by the task that comes instead."""
    Template, Version = apps.get_model("staff", "TaskTemplate"), apps.get_model("staff", "TemplateVersion")
    for template in Template.objects.filter(source__in=AGAIN, published__rule="").select_related("published"):
        version, number = template.published, Version.objects.filter(template=template).aggregate(n=Max("number"))["n"]
        version.rule, version.span, version.points = AGAIN[template.source]
        version.pk, version.number, version.published_at = None, number + 1, clock.now()
        version.trigger, version.offset, version.offset_working = "", 0, False
        version.save(force_insert=True)
        template.published = version
        template.save(update_fields=["published"])
        left = template.tasks.filter(state="open", steps_done=[], events=None, comments=None)
        left.delete()


class Migration(migrations.Migration):
    dependencies = [
        ("staff", "0014_tasks_about"),
    ]

    operations = [
        migrations.AddField(
            model_name="templateversion",
            name="points",
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddField(
            model_name="task",
            name="points",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.RunPython(make_them_recur, migrations.RunPython.noop),
    ]
