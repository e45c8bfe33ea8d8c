"""Files people give us: what they were, how far reading got, what was wrong."""

from django.conf import settings
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from stores.models import Store

SAID: dict[str, Promise] = {  # what a person says that there was none of, by source (`facts.Coverage.SourceKind`)
    "orders": _("No orders"),
    "lines": _("No order items"),
    "refunds": _("No refunds"),
    "traffic": _("No visitors"),
    "flow": _("No visitors by source"),
    "items": _("No visitors of products"),
    "ads": _("No ad spend"),
}


class Dates(models.TextChoices):
    """What comes first in days that end with the year, where no cell of a file shows it."""

    MONTH = "month", _("Month first: 04/30/2026")
    DAY = "day", _("Day first: 30/04/2026")


class Upload(models.Model):
    """One file on its way to facts. The file itself lies under OPSPLAN_HOME/uploads until it is loaded or refused."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")  # received, nothing read yet
        CHECKING = "checking", _("Checking")  # being read for the preview
        READY = "ready", _("Ready to import")  # preview is there, a person decides
        QUEUED = "queued", _("Queued")  # decided: to be loaded
        LOADING = "loading", _("Loading")
        LOADED = "loaded", _("Loaded")
        UNCHANGED = "unchanged", _("Nothing new")
        REJECTED = "rejected", _("Rejected")
        UNKNOWN = "unknown", _("Unknown layout")
        CANCELLED = "cancelled", _("Cancelled")
        FAILED = "failed", _("Failed")
        UNDOING = "undoing", _("Being undone")
        UNDONE = "undone", _("Undone")

    class OnProblem(models.TextChoices):
        REJECT = "reject", _("Reject the whole file")
        SKIP = "skip", _("Load the good rows")

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="uploads")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="uploads")
    name = models.CharField(_("file name"), max_length=255)
    path = models.CharField(max_length=255, blank=True)  # below OPSPLAN_HOME/uploads; "" once the file is gone
    kept = models.CharField(max_length=255, blank=True)  # the loaded file, sealed, below OPSPLAN_HOME/uploads
    size = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64)
    reader_version = models.PositiveSmallIntegerField(default=0)
    source = models.CharField(_("source"), max_length=60, blank=True)  # a name in headers.json
    source_forced = models.BooleanField(default=False)
    sheet = models.CharField(_("sheet"), max_length=255, blank=True)  # of a workbook with several known ones
    encoding = models.CharField(max_length=20, blank=True)  # utf-8 gb18030 utf-16 cp1252 xlsx xls
    dates = models.CharField(max_length=5, blank=True, choices=Dates)  # as a person says; "": the file has to show it
    on_problem = models.CharField(max_length=6, choices=OnProblem.choices, default=OnProblem.REJECT)
    dry_run = models.BooleanField(default=False)
    auto_load = models.BooleanField(default=False)  # REST without dry_run: load right after the check
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    phase = models.CharField(max_length=20, blank=True)  # read, check, load, rollup
    rows_done = models.BigIntegerField(default=0)
    rows_total = models.BigIntegerField(default=0)  # an estimate while reading
    rows = models.BigIntegerField(default=0)
    new = models.BigIntegerField(default=0)
    changed = models.BigIntegerField(default=0)
    unchanged = models.BigIntegerField(default=0)
    older = models.BigIntegerField(default=0)  # known newer already; part of `unchanged` in the JSON
    rejected = models.BigIntegerField(default=0)
    first_day = models.DateField(null=True, blank=True)
    last_day = models.DateField(null=True, blank=True)
    exported_at = models.DateTimeField(null=True, blank=True)  # told by the file name
    notes = models.JSONField(default=dict, blank=True)  # e.g. {"paid_is_net": true, "generation": "2021"}
    cancel_requested = models.BooleanField(default=False)
    runner = models.CharField(max_length=120, blank=True)  # host:pid:start of the process at work
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)  # when those who want to know were told what came of it
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    error = models.CharField(max_length=500, blank=True)
    part_of = models.ForeignKey(  # of the same file: the orders, where this tells of their items, or another sheet
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="parts"
    )

    DECLARED = "declared"  # the source of an upload without a file: a person says that nothing happened on its days

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["store", "sha256"]), models.Index(fields=["state"])]

    def __str__(self) -> str:
        return self.name

    @property
    def is_declared(self) -> bool:
        return self.source == self.DECLARED

    @property
    def shown(self) -> str:
        """What it is called, in the reader's language: a file by its name, a declaration by what it says."""
        what = SAID.get(self.notes.get("declared", "")) if self.is_declared else None
        if what is None or self.first_day is None or (self.notes.get("channel") and "channel_name" not in self.notes):
            return self.name
        channel = gettext(": ") + self.notes["channel_name"] if "channel_name" in self.notes else ""
        return f"{what}{channel} {self.first_day}" + (f" – {self.last_day}" if self.last_day != self.first_day else "")


class ArrivingFile(models.Model):
    """A file that comes over REST in pieces (tus). What has come lies below MEDIA_ROOT, where the upload leaves it."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    name = models.CharField(max_length=255)
    options = models.JSONField(default=dict)  # of `receive`: source, on_problem, dry_run, auto_load
    path = models.CharField(max_length=255, blank=True)  # below MEDIA_ROOT; "" once it has become an upload
    length = models.BigIntegerField()  # bytes
    received = models.BigIntegerField(default=0)  # bytes from the beginning; what lies behind them in the file is void
    imports = models.JSONField(default=list)  # ids of the uploads it has become
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name


class Preset(models.Model):
    """How files with a header of their own are read: the header's fingerprint, what they tell of, and which column
    fills which field. `shared`: offered to every store of the installation that meets the header."""

    class Rows(models.TextChoices):
        ORDERS = "", _("An order a row")
        SUM = "sum", _("An item a row, each with its own amount: they are added up")
        SAME = "same", _("An item a row, the order's amounts on each: they count once")

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="presets")
    name = models.CharField(_("name"), max_length=80)
    fingerprint = models.CharField(max_length=32)
    fact = models.CharField(max_length=10)  # a Coverage.SourceKind: which generic layout the columns fill
    columns = models.JSONField(default=dict)  # field -> header as it stands in the file
    dates = models.CharField(max_length=5, blank=True, choices=Dates)
    rows = models.CharField(max_length=4, blank=True, choices=Rows)  # of orders
    header = models.JSONField(default=list)  # the whole header it was made for
    shared = models.BooleanField(_("other stores may use it"), default=False)
    version = models.PositiveSmallIntegerField(default=1)  # grows when its columns change: known files are read again
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["store", "fingerprint"], name="preset_once_per_header")]

    def __str__(self) -> str:
        return self.name


class RowProblem(models.Model):
    """A `Problem` of an upload, kept. At most 10,000 are kept for one file; `Upload.rejected` counts them all."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="problems")
    line = models.BigIntegerField()
    column = models.CharField(max_length=200, blank=True)
    value = models.CharField(max_length=200, blank=True)
    code = models.CharField(max_length=40)
    params = models.JSONField(default=dict, blank=True)
    level = models.CharField(max_length=6, default="error")

    class Meta:
        ordering = ["line", "id"]

    def __str__(self) -> str:
        return f"{self.line}: {self.code}"


class TouchedRows(models.Model):
    """A run of facts an upload has met, ids without a gap, in the order of the loads of a store: what undoing it takes
    away, and what keeps an earlier upload from being undone. Kept for UNDO_KEEP_DAYS."""

    class What(models.TextChoices):
        INSERTED = "inserted"
        TOLD = "told"  # known already; the changed ones among them have a `RowBefore`
        RENEWED = "renewed"  # the same, and `as_of` was moved on; it was what stands here
        REMOVED = "removed"  # lines only described, replaced by numbered ones; they are kept as `RowBefore`

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="touched")
    kind = models.CharField(max_length=10)  # a Coverage.SourceKind: which table the ids are of
    what = models.CharField(max_length=8, choices=What.choices)
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    as_of = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.what} {self.first_id}–{self.last_id}"


class RowBefore(models.Model):
    """A fact as it was before an upload changed it: the columns the upload changes, all where it was removed."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="+", db_index=False)
    fact_id = models.BigIntegerField()
    was_removed = models.BooleanField(default=False)
    before = models.TextField()  # JSON: column -> value as the database writes it

    class Meta:
        constraints = [models.UniqueConstraint(fields=["upload", "fact_id"], name="row_before_once")]

    def __str__(self) -> str:
        return str(self.fact_id)


class DaysTold(models.Model):
    """Days an upload has spoken about, as spans: the coverage of a day follows from all that was told of it, in the
    order of the loads (`kpis.ingest.covering`)."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="days_told")
    kind = models.CharField(max_length=10)  # a Coverage.SourceKind
    detail = models.CharField(max_length=60, blank=True)
    first_day = models.DateField()
    last_day = models.DateField()
    is_partial = models.BooleanField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.first_day} – {self.last_day}"
