from django.urls import path

from campaigns.api.blocked import ExceptionsView, WaysOutView
from campaigns.api.corrections import DealSaleView
from campaigns.api.deals import DealGoView, DealSalesView, DealsView, OneDealView
from campaigns.api.enrolments import EnrolmentsView, EnrolmentView, TalksView
from campaigns.api.offers import OffersView, OfferView
from campaigns.api.planned import (
    CampaignCopyView,
    CampaignPhasesView,
    CampaignPricesView,
    CampaignStepView,
    CampaignsView,
    OneCampaignView,
)
from campaigns.api.preparation import PreparationView
from campaigns.api.price import PriceView
from campaigns.api.review import ReviewView
from campaigns.api.running import LiveView
from campaigns.api.settlement import DealFilesView, SettlementView
from campaigns.api.sites import OneSiteView, QuoteView, SitesView
from campaigns.api.stocking import CampaignStockView

urlpatterns = [
    path("stores/<slug:slug>/price", PriceView.as_view(), name="api_price"),
    path("stores/<slug:slug>/campaigns", CampaignsView.as_view(), name="api_campaigns"),
    path("stores/<slug:slug>/campaigns/<int:pk>", OneCampaignView.as_view(), name="api_campaign"),
    path("stores/<slug:slug>/campaigns/<int:pk>/copy", CampaignCopyView.as_view(), name="api_campaign_copy"),
    path("stores/<slug:slug>/campaigns/<int:pk>/do", CampaignStepView.as_view(), name="api_campaign_do"),
    path("stores/<slug:slug>/campaigns/<int:pk>/offers", OffersView.as_view(), name="api_offers"),
    path("stores/<slug:slug>/campaigns/<int:pk>/offers/<int:offer>", OfferView.as_view(), name="api_offer"),
    path("stores/<slug:slug>/campaigns/<int:pk>/phases", CampaignPhasesView.as_view(), name="api_campaign_phases"),
    path("stores/<slug:slug>/campaigns/<int:pk>/preparation", PreparationView.as_view(), name="api_campaign_prepare"),
    path("stores/<slug:slug>/campaigns/<int:pk>/products", CampaignPricesView.as_view(), name="api_campaign_prices"),
    path("stores/<slug:slug>/campaigns/<int:pk>/ways-out", WaysOutView.as_view(), name="api_campaign_ways"),
    path("stores/<slug:slug>/campaigns/<int:pk>/exceptions", ExceptionsView.as_view(), name="api_campaign_except"),
    path("stores/<slug:slug>/campaigns/<int:pk>/live", LiveView.as_view(), name="api_campaign_live"),
    path("stores/<slug:slug>/campaigns/<int:pk>/stock", CampaignStockView.as_view(), name="api_campaign_stock"),
    path("stores/<slug:slug>/campaigns/<int:pk>/review", ReviewView.as_view(), name="api_campaign_review"),
    path("stores/<slug:slug>/enrolments", EnrolmentsView.as_view(), name="api_enrolments"),
    path("stores/<slug:slug>/enrolments/<int:pk>", EnrolmentView.as_view(), name="api_enrolment"),
    path("stores/<slug:slug>/enrolments/talks", TalksView.as_view(), name="api_enrolment_talks"),
    path("stores/<slug:slug>/deals", DealsView.as_view(), name="api_deals"),
    path("stores/<slug:slug>/deals/<int:pk>", OneDealView.as_view(), name="api_deal"),
    path("stores/<slug:slug>/deals/<int:pk>/transition", DealGoView.as_view(), name="api_deal_go"),
    path("stores/<slug:slug>/deals/<int:pk>/sales", DealSalesView.as_view(), name="api_deal_sales"),
    path("stores/<slug:slug>/deals/<int:pk>/sales/<int:sale>", DealSaleView.as_view(), name="api_deal_sale"),
    path("stores/<slug:slug>/deals/sites", SitesView.as_view(), name="api_deal_sites"),
    path("stores/<slug:slug>/deals/sites/<int:pk>", OneSiteView.as_view(), name="api_deal_site"),
    path("stores/<slug:slug>/deals/quote", QuoteView.as_view(), name="api_deal_quote"),
    path("stores/<slug:slug>/deals/files", DealFilesView.as_view(), name="api_deal_files"),
    path("stores/<slug:slug>/deals/<int:pk>/settlement", SettlementView.as_view(), name="api_deal_settlement"),
]
