"""Links to signed reports over REST: make one, list them, see who looked, take one back."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, inline_serializer
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from kpis.api.base import StoreView, Unprocessable, whole_keys
from kpis.sharing import shared
from opsplan.paging import PAGING, pages
from opsplan.shapes import instant, many, one_of, or_null, text, thing, whole, yes
from staff import links
from staff.access import token_of
from staff.api.base import fields_of
from staff.api.bodies import operation
from staff.models import LinkVisit, ShareLink
from staff.roles import Action

TOLD = {
    "id": whole(),
    "what": text("weekly, report:<id> or statement:<id>."),
    "opens": text("What that is, in words."),
    "note": text("For whom; may be empty."),
    "state": one_of(["open", "expired", "revoked"]),
    "has_password": yes(),
    "parts": many(one_of(shared.PARTS), "What of a report is shown."),
    "figures": many(text(), "Keys of the KPIs that are shown."),
    "by": or_null(text("Who made it.")),
    "created_at": instant(),
    "expires_at": instant(),
    "revoked_at": or_null(instant()),
    "looks": whole("How often it was opened."),
    "last_look": or_null(instant()),
}
LINK = thing("Link", TOLD)
MADE = thing("MadeLink", TOLD | {"path": text("Told this once."), "url": text("Told this once.")})
VISIT = thing(
    "LinkVisit",
    {
        "at": instant(),
        "outcome": one_of(LinkVisit.Outcome.values),
        "address": text("Shortened: it tells a place and no person."),
        "agent": text("What the browser calls itself."),
    },
)
SEEN = thing("LinkAndVisits", TOLD | {"visits": pages(VISIT, "Newest first.")})


class LinkStore(StoreView):
    """What the endpoints of links share: managers only, and keys that open every KPI a report may show."""

    action = Action.SIGN_REPORTS

    def found(self, pk: int) -> ShareLink:
        found = links.links(self.store).filter(pk=pk).first()
        if found is None:
            raise Http404
        return found


class LinksView(LinkStore):
    """The links of a store."""

    @operation(
        summary="Links to signed reports, newest first",
        parameters=PAGING,
        responses=pages(LINK),
    )
    def get(self, request: Request, slug: str) -> Response:
        def told(rows: list[ShareLink]) -> list[dict[str, Any]]:
            names = shared.names(self.store, rows)
            return [link_json(each, names[each.pk]) for each in rows]

        return self.page_of(request, links.links(self.store), told)

    @operation(
        summary="Make a link to a signed report",
        request=inline_serializer(
            "MakeLink",
            {
                "what": serializers.CharField(help_text="weekly, report:<id> or statement:<id>, in force."),
                "days": serializers.IntegerField(help_text="1 to 400; 30 unless told.", required=False),
                "note": serializers.CharField(help_text="For whom.", required=False),
                "password": serializers.CharField(required=False, help_text="Asked of whoever opens it."),
                "parts": serializers.ListField(
                    child=serializers.ChoiceField(list(shared.PARTS)), help_text="All unless told.", required=False
                ),
                "figures": serializers.ListField(
                    child=serializers.CharField(), help_text="Keys of KPIs; all unless told.", required=False
                ),
            },
        ),
        responses={
            201: MADE,
            422: OpenApiResponse(description="A field has a value we cannot use."),
        },
    )
    def post(self, request: Request, slug: str) -> Response:
        whole_keys(request, shared.known())
        fields = fields_of(request)
        days = fields.get("days", links.DAYS)
        if not isinstance(days, int):
            raise Unprocessable("days", _("Give a whole number."))
        told = {name: str(fields.get(name) or "") for name in ("note", "password")}
        chosen = {name: names_field(fields, name) for name in ("parts", "figures")}
        token = token_of(request)
        within = {store.pk for store in token.stores.all()}
        try:
            made, secret = shared.make(
                self.store, token.user, str(fields.get("what") or ""), days=days, within=within, **told, **chosen
            )
        except ValidationError as problem:
            field, texts = next(iter(problem.message_dict.items()))
            raise Unprocessable(field, " ".join(texts)) from problem
        path = reverse("shared", args=[secret])
        url = f"{settings.PUBLIC_URL}{path}" if settings.PUBLIC_URL else request.build_absolute_uri(path)
        answer = link_json(self.found(made.pk), shared.names(self.store, [made])[made.pk])
        return Response({**answer, "path": path, "url": url}, status=status.HTTP_201_CREATED)


class LinkView(LinkStore):
    """One link, and who looked."""

    @operation(
        summary="A link, and who looked page by page",
        parameters=PAGING,
        responses=SEEN,
    )
    def get(self, request: Request, slug: str, pk: int) -> Response:
        found = self.found(pk)
        visits = self.page(request, found.visits.values("at", "outcome", "address", "agent"), dict).data
        return Response({**link_json(found, shared.names(self.store, [found])[found.pk]), "visits": visits})

    @operation(summary="Take a link back", request=None, responses={204: None})
    def delete(self, request: Request, slug: str, pk: int) -> Response:
        links.revoke(self.found(pk))
        return Response(status=status.HTTP_204_NO_CONTENT)


def names_field(fields: dict[str, Any], name: str) -> list[str]:
    value = fields.get(name, [])
    if not isinstance(value, list):
        raise Unprocessable(name, _("Give a list of names."))
    return [str(x) for x in value]


def link_json(link: ShareLink, opens: str) -> dict[str, Any]:
    return {
        "id": link.pk,
        "what": f"{link.opens}:{link.target}" if link.target else link.opens,
        "opens": opens,
        "note": link.note,
        "state": links.state_of(link),
        "has_password": bool(link.password),
        "parts": link.parts or list(shared.PARTS),
        "figures": link.figures or list(shared.known()),
        "by": link.by.username if link.by else None,
        "created_at": link.created_at,
        "expires_at": link.expires_at,
        "revoked_at": link.revoked_at,
        "looks": getattr(link, "seen", 0),
        "last_look": getattr(link, "last", None),
    }
