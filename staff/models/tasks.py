"""Recurring and triggered work: templates with their versions, and one row for every time somebody has to do it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from staff.points import Step, steps
from staff.recurrence import Rule, parse
from stores.models import Store


class Evidence(models.TextChoices):
    """What has to be handed in with a tick."""

    NONE = "", _("Nothing, a tick is enough")
    NUMBER = "number", _("A number")
    PHOTO = "photo", _("A photo")
    LINK = "link", _("A link")
    TEXT = "text", _("A text")


class State(models.TextChoices):
    """What has become of a task. A missed one stays missed; it may get a reason."""

    OPEN = "open", _("Open")
    DONE = "done", _("Done")
    SKIPPED = "skipped", _("Skipped")
    MISSED = "missed", _("Missed")


class TaskTemplate(models.Model):
    """A piece of recurring or triggered work; what it says is in its versions. No store: it is for all stores."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, null=True, blank=True, related_name="task_templates")
    source = models.CharField(max_length=40, blank=True)  # its key in the library we ship, "" for one's own
    published = models.OneToOneField(
        "staff.TemplateVersion", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    is_active = models.BooleanField(_("in use"), default=True)
    off_in = models.ManyToManyField(Store, blank=True, related_name="+")  # stores that do without one for all stores
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["store", "source"], condition=~models.Q(source=""), name="library_template_once_per_store"
            ),
        ]

    def __str__(self) -> str:
        return self.published.title if self.published else f"#{self.pk}"


class TemplateVersion(models.Model):
    """What a template says from the day it was published. A published one is never changed again, so that what was
    done under it stays what it was.

    rule: as staff.recurrence writes it, "" = only when triggered. points: what a recurring one goes through, a key of
    `task_words.ROUNDS`; while there is nothing of it, nothing is to be done. trigger: campaign, data_missing, manual,
    kpi_alert and what else calls `spawn_tasks`. offset: days from the day of the trigger. span: days it may be done on.
    turns: ids of the people who take turns. metric: the KPI a number is held against, of the day `metric_ago` days
    before the task's. is_break: stands in the day's list and is not ticked.
    """

    template = models.ForeignKey(TaskTemplate, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    published_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    title = models.CharField(_("title"), max_length=200)
    how_to = models.TextField(_("how it is done"), blank=True)
    steps = models.JSONField(_("steps"), default=list, blank=True)
    duties = models.JSONField(_("duties"), default=list, blank=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    turns = models.JSONField(default=list, blank=True)
    for_each = models.BooleanField(_("everybody does it"), default=False)
    rule = models.CharField(max_length=120, blank=True)
    points = models.CharField(max_length=40, blank=True)
    since = models.DateField(_("from"))
    trigger = models.CharField(max_length=40, blank=True)
    offset = models.SmallIntegerField(default=0)
    offset_working = models.BooleanField(default=False)
    starts = models.TimeField(_("from"), null=True, blank=True)
    ends = models.TimeField(_("until"), null=True, blank=True)
    span = models.PositiveSmallIntegerField(default=1)
    evidence = models.CharField(max_length=6, choices=Evidence.choices, blank=True)
    metric = models.CharField(max_length=60, blank=True)
    metric_ago = models.PositiveSmallIntegerField(default=0)
    is_break = models.BooleanField(default=False)

    class Meta:
        ordering = ["template_id", "number"]
        constraints = [models.UniqueConstraint(fields=["template", "number"], name="version_number_once")]

    def __str__(self) -> str:
        return f"{self.title} ({self.number})"

    @property
    def recurrence(self) -> Rule | None:
        return parse(self.rule) if self.rule else None

    @property
    def duty_list(self) -> list[str]:
        return list(self.duties)


class Task(models.Model):
    """One time that somebody has to do it. There is one for each (template, occasion, store, who).

    key: the occasion: the day the rule names, or "trigger:reference". who: "" = whoever holds one of the duties
    together, "u7" = one each. day, due: local days, the first and the last it may be done on. due_at: on time until
    then; closes_at: missed from then on (instants, UTC). subject: what triggered it, in words; about: the page of
    that, the name of its address and the number there if it has one ("campaign 12"). points: what it goes through one
    by one (`staff.points.Kept`), where its version says so. steps_done: places in the points, else in the steps of
    the version.
    """

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="tasks", db_index=False)
    template = models.ForeignKey(TaskTemplate, on_delete=models.CASCADE, related_name="tasks", db_index=False)
    version = models.ForeignKey(TemplateVersion, on_delete=models.RESTRICT, related_name="+")
    key = models.CharField(max_length=120)
    who = models.CharField(max_length=20, blank=True)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="tasks"
    )
    is_handed = models.BooleanField(default=False)  # given by somebody: the template leaves it
    base = models.DateField(null=True, blank=True)  # of a triggered one: the day its offset counts from
    day = models.DateField()
    due = models.DateField()
    starts = models.TimeField(null=True, blank=True)
    ends = models.TimeField(null=True, blank=True)
    due_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    subject = models.CharField(max_length=120, blank=True)
    about = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=7, choices=State.choices, default=State.OPEN)
    reason = models.CharField(max_length=200, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    points = models.JSONField(default=list, blank=True)
    steps_done = models.JSONField(default=list, blank=True)
    number = models.DecimalField(max_digits=20, decimal_places=6, null=True, blank=True)
    figure = models.DecimalField(max_digits=20, decimal_places=6, null=True, blank=True)  # what the KPI said then
    text = models.CharField(max_length=1000, blank=True)
    link = models.CharField(max_length=500, blank=True)
    photo = models.CharField(max_length=80, blank=True)  # below OPSPLAN_HOME/photos

    class Meta:
        ordering = ["day", "starts", "id"]
        constraints = [models.UniqueConstraint(fields=["template", "store", "key", "who"], name="task_once")]
        indexes = [
            models.Index(fields=["store", "due", "day"], name="task_day"),
            models.Index(fields=["store", "key"], name="task_key"),
            models.Index(fields=["closes_at"], condition=models.Q(state="open"), name="task_open"),
        ]

    def __str__(self) -> str:
        return f"{self.template_id} {self.key} {self.who}"

    @property
    def steps(self) -> list[Step]:
        return steps(self.points, self.version.steps, self.steps_done)


class TaskEvent(models.Model):
    """What was done with a task, in order. `key` is the sender's own: the same key a second time changes nothing."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="events")
    key = models.CharField(max_length=64)
    what = models.CharField(max_length=10)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()  # when the person did it; a phone without a network tells later
    recorded_at = models.DateTimeField()
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["task", "key"], name="task_event_once")]

    def __str__(self) -> str:
        return f"{self.task_id} {self.what}"


class TaskComment(models.Model):
    """Something said about a task; `mentions` are the ids of the people meant by an @."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="comments")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    text = models.CharField(max_length=1000)
    mentions = models.JSONField(default=list, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.text[:40]


class TaskSpawn(models.Model):
    """How far ahead a store's tasks have been made. Whoever makes tasks holds this row, so they take turns."""

    store = models.OneToOneField(Store, on_delete=models.CASCADE, related_name="task_spawn")
    through = models.DateField(null=True)

    def __str__(self) -> str:
        return f"{self.store_id} {self.through}"


class TaskFeed(models.Model):
    """The secret address of a person's tasks as a calendar. Only its SHA-256 is kept."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "user"], name="task_feed_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.store_id}"
