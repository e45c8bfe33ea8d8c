from django.contrib import admin

from campaigns.models import Campaign, CampaignRules, Enrolment
from opsplan.readonly import ReadOnlyAdmin

admin.site.register(
    Campaign,
    ReadOnlyAdmin,
    list_display=("name", "store", "first_day", "last_day"),
    list_filter=("store",),
    search_fields=("name",),
)
admin.site.register(
    CampaignRules, list_display=("store", "base", "cost_factor", "prize_most_fen", "fee_bp"), list_filter=("base",)
)
admin.site.register(
    Enrolment,
    list_display=("name", "store", "weight", "until", "state", "result"),
    list_filter=("store", "state"),
    search_fields=("name",),
)
