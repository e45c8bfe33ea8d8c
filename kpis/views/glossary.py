"""词典: what every KPI means, with an anchor each (`#kpi-KEY`), searched in the browser."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from kpis import glossary as words
from opsplan.lib import clock
from staff.access import StoreRequest, for_store
from staff.roles import Action


@for_store(Action.VIEW_KPIS)
@require_GET
def glossary(request: StoreRequest) -> HttpResponse:
    groups = words.glossary(request.store, clock.today(request.store.timezone))
    context = {
        "groups": groups,
        "count": sum(len(group.entries) for group in groups),
        "may_choose": request.member.may(Action.SET_TARGETS),
    }
    return render(request, "kpis/glossary.html", context)
