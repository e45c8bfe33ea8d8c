"""How the store's offers stack, what the guard asks for, and the usual shares of the phases."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from campaigns import guarding, phasing
from campaigns.models import RuleText
from campaigns.price_rules import KEYS, rules_as_written
from campaigns.rules import rules_of_store
from campaigns.rules_forms import RuleTextForm, StoreRulesForm
from campaigns.views.base import may_edit
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
    return rules_page(request, form)


def rules_page(
    request: StoreRequest, form: StoreRulesForm | None = None, wording: RuleTextForm | None = None
) -> HttpResponse:
    """The page, with what was typed where it cannot be kept as it is."""
    written = rules_as_written(request.store)
    forms = {
        rule.key: RuleTextForm(initial=vars(rule) | {"source": _(rule.source)}, prefix=rule.key) for rule in written
    }
    if wording is not None:
        forms[wording.instance.key] = wording
    form = form or StoreRulesForm(rules=rules_of_store(request.store))
    context = {
        "form": form,
        "may_edit": may_edit(request),
        "is_unconfirmed": phasing.is_unconfirmed(request.store),
        "written": [(rule, forms[rule.key]) for rule in written],
    }
    return render(request, "campaigns/rules.html", context, status=422 if form.is_bound or wording else 200)


@for_store(Action.SET_TARGETS)
@require_POST
def rule_text(request: StoreRequest, rule: str) -> HttpResponse:
    """How a rule is written for this store; do=remove goes back to the usual words."""
    if rule not in KEYS:
        raise Http404
    kept = RuleText.objects.filter(store=request.store, key=rule).first() or RuleText(store=request.store, key=rule)
    if request.POST.get("do") == "remove":
        if kept.pk:
            kept.delete()
    else:
        form = RuleTextForm(request.POST, instance=kept, prefix=rule)
        if not form.is_valid():
            return rules_page(request, wording=form)
        form.save()
        messages.success(request, _("Saved."))
    return redirect(reverse("campaign_rules", args=[request.store.slug]) + "#written")


def say_what_is_blocked(request: StoreRequest) -> None:
    count = guarding.blocked_count(request.store)
    messages.success(request, _("Saved. The guard has looked at every campaign that is not over."))
    if count:
        text = ngettext(
            "%(count)s price is below what is allowed.", "%(count)s prices are below what is allowed.", count
        )
        messages.warning(request, text % {"count": count})
