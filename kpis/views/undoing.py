"""Taking an import back: what that would do, and the decision."""

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kpis import tasks
from kpis.ingest import undo
from kpis.views.imports import answer, the_upload
from staff.access import StoreRequest, for_store
from staff.roles import Action


@for_store(Action.UNDO_IMPORTS)
@require_http_methods(["GET", "POST"])
def upload_undo(request: StoreRequest, pk: int) -> HttpResponse:
    """GET: how many rows and days it touches, or which uploads are in the way. POST: do it."""
    upload = the_upload(request, pk)
    if not undo.can_undo(upload):
        return answer(request, pk, _("This file cannot be undone (any more)."))
    if request.method == "POST":
        try:
            if not undo.request(upload, request.user):
                return answer(request, pk, _("This file cannot be undone (any more)."))
        except undo.Refused:
            return redirect("upload_undo", request.store.slug, pk)
        transaction.on_commit(lambda: tasks.undo_upload.delay(upload.pk))
        return redirect("upload", request.store.slug, pk)
    found = undo.effect(upload)
    days = sorted(found.days)
    gone, changed = undo.met(upload)
    context = {"tab": "history", "upload": upload, "effect": found, "days": len(days), "gone": gone, "changed": changed}
    if days:
        context |= {"first": days[0], "last": days[-1]}
    return render(request, "kpis/upload_undo.html", context)
