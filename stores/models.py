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


class Store(models.Model):
    """One shop on one platform: the tenant. Its days are days of `timezone` (an IANA name)."""

    slug = models.SlugField(
        _("short name"), max_length=50, unique=True, validators=[RegexValidator(r"^[a-z0-9][a-z0-9-]*$")]
    )
    name = models.CharField(_("name"), max_length=100)
    platform = models.CharField(_("platform"), max_length=20, choices=Platform.choices)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    timezone = models.CharField(_("time zone"), max_length=50, default="Asia/Shanghai")
    opened_on = models.DateField(_("opened on"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("store")
        verbose_name_plural = _("stores")

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
