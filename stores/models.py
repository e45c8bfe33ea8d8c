"""The tenant and its surroundings."""

from django.core.validators import RegexValidator
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


class Store(models.Model):
    """One shop on one platform: the tenant. Its days are days of `timezone` (an IANA name).

    buyer_realm: stores of one realm keep comparable buyer keys, so that a person who buys in two of them is one person;
    blank: keys of its own (platforms that give each store other names, and stores opened before this was kept).
    """

    slug = models.SlugField(
        _("short name"), max_length=50, unique=True, validators=[RegexValidator(r"^[a-z0-9][a-z0-9-]*$")]
    )
    name = models.CharField(_("name"), max_length=100)
    platform = models.CharField(_("platform"), max_length=20, choices=Platform.choices)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    timezone = models.CharField(_("time zone"), max_length=50, default="Asia/Shanghai")
    opened_on = models.DateField(_("opened on"), null=True, blank=True)
    brand = models.ForeignKey(
        Brand, on_delete=models.SET_NULL, null=True, blank=True, related_name="stores", verbose_name=_("brand")
    )
    buyer_realm = models.CharField(max_length=20, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("store")
        verbose_name_plural = _("stores")

    def __str__(self) -> str:
        return self.name


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
