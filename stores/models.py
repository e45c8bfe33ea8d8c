"""The tenant and its surroundings."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class Platform(models.TextChoices):
    TAOBAO = "taobao", _("Taobao")
    TMALL = "tmall", _("Tmall")
    JD = "jd", _("JD.com")
    PDD = "pdd", _("Pinduoduo")
    DOUYIN = "douyin", _("Douyin")
    KUAISHOU = "kuaishou", _("Kuaishou")
    ALIBABA1688 = "1688", "1688"
    YOUZAN = "youzan", _("Youzan")
    WEIDIAN = "weidian", _("Weidian")
    MEITUAN = "meituan", _("Meituan")
    SHOPIFY = "shopify", "Shopify"
    WOOCOMMERCE = "woocommerce", "WooCommerce"
    AMAZON = "amazon", "Amazon"
    OTHER = "other", _("Other")


class Brand(models.Model):
    """A client or brand with several stores: a way to look at them together, and nothing that anybody may do by it."""

    name = models.CharField(_("name"), max_length=60, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Stores(models.QuerySet["Store"]):
    def in_use(self) -> "Stores":
        """Those that are not closed: what lists, pickers, alerts and jobs go through."""
        return self.filter(closed_at=None)


class Store(models.Model):
    """One shop on one platform: the tenant. Its days are days of `timezone` (an IANA name).

    buyer_realm: stores of one realm keep comparable buyer keys, so that a person who buys in two of them is one person;
    blank: keys of its own (platforms that give each store other names, and stores opened before this was kept).
    client: whose store it is, where its brand is one of several of that client; blank: the brand itself.
    closed_at: the shop is given up, or was opened by mistake; everything stays to be read and nothing is done any more.
    """

    slug = models.SlugField(
        _("short name"), max_length=50, unique=True, validators=[RegexValidator(r"^[a-z0-9][a-z0-9-]*$")]
    )
    name = models.CharField(_("name"), max_length=100)
    platform = models.CharField(_("platform"), max_length=20, choices=Platform.choices)
    currency = models.CharField(
        _("currency"),
        max_length=3,
        default="CNY",
        validators=[RegexValidator(r"^[A-Z]{3}\Z", _("A currency has three letters, like CNY."))],
    )
    timezone = models.CharField(_("time zone"), max_length=50, default="Asia/Shanghai")
    opened_on = models.DateField(_("opened on"), null=True, blank=True)
    brand = models.ForeignKey(
        Brand, on_delete=models.SET_NULL, null=True, blank=True, related_name="stores", verbose_name=_("brand")
    )
    client = models.CharField(_("client"), max_length=60, blank=True)
    buyer_realm = models.CharField(max_length=20, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True, editable=False)

    objects = Stores.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("store")
        verbose_name_plural = _("stores")

    def __str__(self) -> str:
        return self.name

    @property
    def brand_name(self) -> str:
        """ "" for a store without one."""
        return self.brand.name if self.brand else ""

    @property
    def whose(self) -> str:
        """The client whose store it is, "" where nobody said."""
        return self.client or self.brand_name


class Supplier(models.Model):
    """Who makes or sends the goods of a store."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="suppliers")
    name = models.CharField(_("name"), max_length=100)
    contact = models.CharField(_("contact"), max_length=200, blank=True)
    lead_days = models.PositiveSmallIntegerField(_("days from order to delivery"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["store", "name"], name="supplier_once_per_store")]

    def __str__(self) -> str:
        return self.name


class Channel(models.Model):
    """Where visitors come from, free or paid (G19). `key` is permanent; `name` is what people read."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="channels")
    key = models.CharField(_("key"), max_length=60)
    name = models.CharField(_("name"), max_length=60)
    is_paid = models.BooleanField(_("paid"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=100)
    stopped_on = models.DateField(_("not used since"), null=True, blank=True)  # no cost is owed from this day on

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["store", "key"], name="channel_key_once_per_store")]

    def __str__(self) -> str:
        return self.name


class ChannelAlias(models.Model):
    """A name that platforms use for a channel; matched after NFKC, lower case and without blanks."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="channel_aliases")
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="aliases")
    name = models.CharField(max_length=100)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "name"], name="channel_alias_once_per_store")]

    def __str__(self) -> str:
        return self.name


class CalendarDay(models.Model):
    """A day that is worked or off other than the calendar says. No store: for the whole installation."""

    class Kind(models.TextChoices):
        STATUTORY = "statutory", _("Day off")
        MAKEUP = "makeup", _("Worked weekend day")
        WORKING = "working", _("Ordinary working day")
        WEEKEND = "weekend", _("Ordinary weekend day")

    store = models.ForeignKey(Store, on_delete=models.CASCADE, null=True, blank=True, related_name="calendar_days")
    day = models.DateField(_("day"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=60, blank=True)

    class Meta:
        ordering = ["day"]
        constraints = [
            models.UniqueConstraint(fields=["store", "day"], name="calendar_day_once_per_store"),
            models.UniqueConstraint(
                fields=["day"], condition=models.Q(store__isnull=True), name="calendar_day_once_for_all"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.kind}"


class CalendarEvent(models.Model):
    """One year's occurrence of an event: moved, with other days around it, added, or taken off. `key` stays the same
    from year to year; `year` is that of the peak, `day`. No store: for the whole installation."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, null=True, blank=True, related_name="calendar_events")
    key = models.SlugField(_("key"), max_length=40, allow_unicode=True)
    year = models.PositiveSmallIntegerField(_("year"))
    name = models.CharField(_("name"), max_length=60)
    day = models.DateField(_("peak day"))
    before = models.PositiveSmallIntegerField(_("days before it"), default=0)
    after = models.PositiveSmallIntegerField(_("days after it"), default=0)
    is_removed = models.BooleanField(_("taken off"), default=False)

    class Meta:
        ordering = ["day"]
        constraints = [
            models.UniqueConstraint(fields=["store", "key", "year"], name="calendar_event_once_per_store"),
            models.UniqueConstraint(
                fields=["key", "year"], condition=models.Q(store__isnull=True), name="calendar_event_once_for_all"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.year}"


class CompanyPaper(models.Model):
    """A paper of the company that sites ask for (公司资料): licence, brand letter, inspection report. path: below
    OPSPLAN_HOME/papers, "" = only noted."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="papers")
    name = models.CharField(_("name"), max_length=100)
    number = models.CharField(_("paper number"), max_length=60, blank=True)
    expires_on = models.DateField(_("valid until"), null=True, blank=True)
    path = models.CharField(max_length=200, blank=True, editable=False)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["store", "name"], name="paper_once_per_store")]

    def __str__(self) -> str:
        return self.name


class GroupSite(models.Model):
    """A site that sells by the group (美团, 聚划算, 抖音团购, the shop's own 拼团), and the terms it usually sells on.

    rate_bp: commission, 1/10000 of net sales; guarantee_fen: 保底, its least for a deal; slot_fen: 坑位, what a place
    costs. instalments: [[share in 1/10000, days after the end], ...] adding up to 10000; [] = at once, 7 days after.
    papers: those it asks for. keep_warm_days: somebody talks to them at least that often (None = no such rule).
    """

    class Weight(models.TextChoices):
        MAIN = "main", _("Main site")
        USUAL = "usual", _("Usual")
        SMALL = "small", _("Small, kept warm")

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="group_sites")
    name = models.CharField(_("name"), max_length=60)
    platform = models.CharField(_("platform"), max_length=20, choices=Platform.choices, default=Platform.OTHER)
    url = models.URLField(_("address"), max_length=300, blank=True)
    weight = models.CharField(_("weight"), max_length=5, choices=Weight.choices, default=Weight.USUAL)
    audience = models.CharField(_("audience"), max_length=300, blank=True)
    rate_bp = models.PositiveIntegerField(_("commission (1/10000)"), default=0, validators=[MaxValueValidator(10_000)])
    guarantee_fen = models.BigIntegerField(_("least commission (fen)"), default=0, validators=[MinValueValidator(0)])
    slot_fen = models.BigIntegerField(_("slot fee (fen)"), default=0, validators=[MinValueValidator(0)])
    instalments = models.JSONField(_("instalments"), default=list, blank=True)
    is_voucher = models.BooleanField(_("sells vouchers"), default=False)
    papers = models.ManyToManyField(
        CompanyPaper, related_name="sites", blank=True, verbose_name=_("papers it asks for")
    )
    keep_warm_days = models.PositiveSmallIntegerField(_("talk at least every (days)"), null=True, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)
    note = models.TextField(_("note"), max_length=1000, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["store", "name"], name="group_site_once_per_store")]

    def __str__(self) -> str:
        return self.name


class SitePerson(models.Model):
    """Somebody we know at a site."""

    site = models.ForeignKey(GroupSite, on_delete=models.CASCADE, related_name="people")
    name = models.CharField(_("name"), max_length=60)
    post = models.CharField(_("post"), max_length=60, blank=True)
    contact = models.CharField(_("contact"), max_length=200, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class SiteTalk(models.Model):
    """A talk with a site (关系维护): what was said, and on which local day it is taken up again."""

    site = models.ForeignKey(GroupSite, on_delete=models.CASCADE, related_name="talks")
    day = models.DateField(_("day"))
    who = models.CharField(_("whom"), max_length=100, blank=True)
    said = models.TextField(_("what was said"), max_length=2000)
    next_on = models.DateField(_("again on"), null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-day", "-id"]

    def __str__(self) -> str:
        return f"{self.site_id} {self.day}"


class Contract(models.Model):
    """What an agency (代运营) and its client agreed: which stores it runs, from when to when, and what it is owed. The
    amounts are those of a whole month; `stores.fees` says what a month comes to.

    basis: the key of the KPI whose sum over the stores brings commission. tiers: [[sales in fen from which, rate in
    1/10000], ...], rising. cap_fen: fee, commission and guarantee come to no more, 0 = none. metrics: keys of the
    KPIs agreed on with the client. pay_days: days from issue until a statement is due. follows: the
    contract it goes on from with other terms.
    """

    class Kind(models.TextChoices):
        AGENCY = "agency", _("Store operation")
        BRAND = "brand", _("Brand cooperation")
        JD = "jd", _("New JD shop")
        MALL = "mall", _("Mall agency")

    class Commission(models.TextChoices):
        MARGINAL = "marginal", _("Each tier's rate for the sales inside it")
        WHOLE = "whole", _("The rate of the tier reached for all sales")

    class Guarantee(models.TextChoices):
        NONE = "", _("No guarantee")
        HIGHER = "higher", _("Guarantee or commission, whichever is higher")
        TOTAL = "total", _("Guarantee or fee and commission together, whichever is higher")
        SUM = "sum", _("Guarantee and commission together")

    class Part(models.TextChoices):
        DAYS = "days", _("By days: fee, guarantee, cap and the beginnings of tiers in proportion")
        WHOLE = "whole", _("Like a whole month")

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="contracts", verbose_name=_("client"))
    stores = models.ManyToManyField(Store, related_name="contracts", verbose_name=_("stores"))
    kind = models.CharField(_("kind"), max_length=6, choices=Kind.choices, default=Kind.AGENCY)
    title = models.CharField(_("title"), max_length=100)
    number = models.CharField(_("contract number"), max_length=60, blank=True)
    first = models.DateField(_("first day"))
    last = models.DateField(_("last day"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    fee_fen = models.BigIntegerField(_("basic fee a month (fen)"), default=0, validators=[MinValueValidator(0)])
    basis = models.CharField(_("commission on"), max_length=60, default="net_amt")
    tiers = models.JSONField(_("commission tiers"), default=list, blank=True)
    commission = models.CharField(_("tiers count"), max_length=8, choices=Commission.choices, default="marginal")
    guarantee = models.CharField(_("guarantee"), max_length=6, choices=Guarantee.choices, blank=True)
    guarantee_fen = models.BigIntegerField(_("guarantee a month (fen)"), default=0, validators=[MinValueValidator(0)])
    cap_fen = models.BigIntegerField(_("cap a month (fen)"), default=0, validators=[MinValueValidator(0)])
    tax_bp = models.PositiveSmallIntegerField(_("tax rate (1/10000)"), default=0)
    part_months = models.CharField(_("parts of a month"), max_length=5, choices=Part.choices, default=Part.DAYS)
    pay_days = models.PositiveSmallIntegerField(_("days until it is due"), default=15)
    metrics = models.JSONField(_("agreed KPIs"), default=list, blank=True)
    signed_on = models.DateField(_("signed on"), null=True, blank=True)
    signed_by = models.CharField(_("signed by"), max_length=100, blank=True)
    note = models.TextField(_("note"), max_length=2000, blank=True)
    follows = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="followed_by")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["brand__name", "-first", "id"]

    def __str__(self) -> str:
        return self.title
