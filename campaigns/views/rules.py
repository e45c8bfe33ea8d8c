"""How the store's offers stack, what the guard asks for, and the usual shares of the phases."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from campaigns import guarding, phasing
from campaigns.price_rules import LEGAL, limit_of, limits_of
from campaigns.rules import rules_of_store
from campaigns.rules_forms import StoreRulesForm
from campaigns.views.plan import may_edit
from staff.access import StoreRequest, for_store
from staff.roles import Action


@for_store(Action.VIEW_PRODUCTS)
@require_http_methods(["GET", "POST"])
def campaign_rules(request: StoreRequest) -> HttpResponse:
    """Whoever may not plan reads them."""
    form = StoreRulesForm(request.POST if request.method == "POST" else None, rules=rules_of_store(request.store))
    if request.method == "POST":
        if not may_edit(request):
            return HttpResponse(status=403)
        if form.is_valid():
            with transaction.atomic():
                form.made().save()  # the guard hears of it: campaigns.watching
            say_what_is_blocked(request)
            return redirect("campaign_rules", request.store.slug)
    context = {
        "form": form,
        "may_edit": may_edit(request),
        "is_unconfirmed": phasing.is_unconfirmed(request.store),
        "legal": [(text, limit_of(text, limits_of(request.store))) for text in LEGAL],
    }
    return render(request, "campaigns/rules.html", context, status=422 if form.is_bound else 200)


def say_what_is_blocked(request: StoreRequest) -> None:
    count = guarding.blocked_count(request.store)
    messages.success(request, _("Saved. The guard has looked at every campaign that is not over."))
    if count:
        text = ngettext(
            "%(count)s price is below what is allowed.", "%(count)s prices are below what is allowed.", count
        )
        messages.warning(request, text % {"count": count})
