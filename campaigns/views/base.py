"""The manners of the campaign pages: whose campaign it is, who may change it, and telling what cannot be done."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404

from campaigns.models import Campaign
from staff.access import StoreRequest
from staff.roles import Action


def found(request: StoreRequest, pk: int) -> Campaign:
    """The campaign of this store, or Http404."""
    return get_object_or_404(Campaign.objects.select_related("store", "copied_from"), store=request.store, pk=pk)


def may_edit(request: StoreRequest) -> bool:
    return request.member.may(Action.SET_TARGETS)


def told(request: StoreRequest, error: ValidationError) -> None:
    for text in error.messages:
        messages.error(request, text)


@contextmanager
def telling(request: StoreRequest) -> Iterator[None]:
    """What is refused inside is told on the next page."""
    try:
        yield
    except ValidationError as error:
        told(request, error)
