"""Run by the interpreter that has django-oscar: prices the baskets on stdin with its offer applicator; nothing of
ours is needed."""

import json
import sys
import time
from decimal import Decimal

import django
from django.conf import settings
from oscar.defaults import *  # noqa: F403  what an Oscar project does

APPS = [
    "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sites", "django.contrib.flatpages",
    "oscar.config.Shop", "oscar.apps.analytics.apps.AnalyticsConfig", "oscar.apps.checkout.apps.CheckoutConfig",
    "oscar.apps.address.apps.AddressConfig", "oscar.apps.shipping.apps.ShippingConfig",
    "oscar.apps.catalogue.apps.CatalogueConfig", "oscar.apps.catalogue.reviews.apps.CatalogueReviewsConfig",
    "oscar.apps.communication.apps.CommunicationConfig", "oscar.apps.partner.apps.PartnerConfig",
    "oscar.apps.basket.apps.BasketConfig", "oscar.apps.payment.apps.PaymentConfig", "oscar.apps.offer.apps.OfferConfig",
    "oscar.apps.order.apps.OrderConfig", "oscar.apps.customer.apps.CustomerConfig",
    "oscar.apps.search.apps.SearchConfig",
    "oscar.apps.voucher.apps.VoucherConfig",
    "django.contrib.sessions", "oscar.apps.wishlists.apps.WishlistsConfig", "treebeard", "haystack", "django_tables2",
]  # fmt: skip

DASHBOARD = {
    "": "Dashboard",
    ".reports": "ReportsDashboard",
    ".users": "UsersDashboard",
    ".orders": "OrdersDashboard",
    ".catalogue": "CatalogueDashboard",
    ".offers": "OffersDashboard",
    ".partners": "PartnersDashboard",
    ".pages": "PagesDashboard",
    ".ranges": "RangesDashboard",
    ".reviews": "ReviewsDashboard",
    ".vouchers": "VouchersDashboard",
    ".communications": "CommunicationsDashboard",
    ".shipping": "ShippingDashboard",
}
APPS += [f"oscar.apps.dashboard{part}.apps.{name}Config" for part, name in DASHBOARD.items()]


class FromModels(dict[str, None]):
    """Every app without migrations: tables are made from the models, which is quick."""

    def __contains__(self, app: object) -> bool:
        return True

    def __getitem__(self, app: str) -> None:
        return None


def main() -> None:
    own = {key: value for key, value in globals().items() if key.startswith("OSCAR_")}
    settings.configure(
        **own, SECRET_KEY="x", INSTALLED_APPS=APPS, SITE_ID=1, USE_TZ=True, STATIC_URL="/s/",
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        MIGRATION_MODULES=FromModels(),
        HAYSTACK_CONNECTIONS={"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}},
    )  # fmt: skip
    django.setup()
    from django.core.management import call_command
    from oscar.apps.offer.applicator import Applicator
    from oscar.core.loading import get_model
    from oscar.test import factories

    call_command("migrate", verbosity=0, run_syncdb=True)
    Basket = get_model("basket", "Basket")
    everything = factories.RangeFactory(includes_all_products=True)
    condition = factories.ConditionFactory(range=everything, type="Value", value=Decimal(100))
    benefit = factories.BenefitFactory(range=None, type="Absolute", value=Decimal(10))
    benefit.range = everything
    benefit.save()
    offer = factories.ConditionalOfferFactory(condition=condition, benefit=benefit, max_basket_applications=1)
    asked, products, baskets = json.load(sys.stdin), {}, []
    from oscar.apps.partner.strategy import Default

    for lines in asked:
        basket = Basket.objects.create()
        basket.strategy = Default()
        for number, fen, pieces in lines:
            if number not in products:
                products[number] = factories.create_product(price=Decimal(fen) / 100, num_in_stock=10_000)
            basket.add_product(products[number], pieces)
        baskets.append(basket)
    started = time.perf_counter()
    for basket in baskets:
        basket.reset_offer_applications()
        Applicator().apply_offers(basket, [offer])
    seconds = time.perf_counter() - started
    totals = [int(basket.total_incl_tax * 100) for basket in baskets]
    json.dump({"seconds": seconds, "totals": totals}, sys.stdout)


main()
