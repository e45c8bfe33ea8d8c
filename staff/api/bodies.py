"""What is sent to an endpoint, held against what the OpenAPI document says of it: a field or a question nobody knows, a
value of another kind. Said once, with `operation`; looked at behind the gate (`StoreView.initial`)."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request

from opsplan.fitting import too_long

Method = TypeVar("Method", bound=Callable[..., Any])
Fault = tuple[str, str, list[str]]  # field, sentence, what would do
USUAL: dict[str, Any] = {"required": False, "allow_null": True}
LONGEST = 20_000  # characters of a text that says no less
LARGEST = 2**63 - 1  # what the columns of either database take


class Cell(serializers.JSONField):
    """What a table would hold: a text, a number, or a list of them."""


def is_cell(value: Any) -> bool:
    return type(value) in (str, int, float) or (isinstance(value, list) and all(type(x) in (str, int) for x in value))


TEXTS = (
    serializers.CharField, serializers.ChoiceField, serializers.DateField, serializers.DateTimeField,
    serializers.TimeField, serializers.FileField,
)  # fmt: skip
KINDS: tuple[tuple[Any, Callable[[Any], bool], Any], ...] = (
    (serializers.BooleanField, lambda x: isinstance(x, bool), gettext_lazy("Give true or false.")),
    (serializers.IntegerField, lambda x: type(x) is int and abs(x) <= LARGEST, gettext_lazy("Give a whole number.")),
    (serializers.DecimalField, lambda x: type(x) in (str, int, float), gettext_lazy("Give a number, best as text.")),
    (serializers.ListField, lambda x: isinstance(x, list), gettext_lazy("Give a list.")),
    (serializers.ListSerializer, lambda x: isinstance(x, list), gettext_lazy("Give a list of objects.")),
    (
        (serializers.DictField, serializers.BaseSerializer),
        lambda x: isinstance(x, dict),
        gettext_lazy("Give an object."),
    ),
    (Cell, is_cell, gettext_lazy("Send a text or a number.")),
    (TEXTS, lambda x: isinstance(x, str), gettext_lazy("Send a text.")),
    (serializers.Field, lambda _x: True, ""),  # a list of whatever there is
)


def operation(**said: Any) -> Callable[[Method], Method]:
    """`extend_schema`; what it says of the body and of the question is what is let in. `responses`: of a shape alone
    (`opsplan.shapes`) it is the answer with status 200."""
    told = said.get("responses")
    if isinstance(told, dict) and "type" in told:
        said["responses"] = {200: told}

    def decorate(method: Method) -> Method:
        done: Any = extend_schema(**said)(method)
        done.sent = said.get("request")
        asked: Iterable[OpenApiParameter] = said.get("parameters") or ()
        done.asked = [x.name for x in asked if x.location == OpenApiParameter.QUERY]
        said_of: Method = done
        return said_of

    return decorate


# The fields of a body, shortly: each says what it holds, and its unit. Further words are those of the serializers.


def text(about: str = "", **more: Any) -> Any:
    return serializers.CharField(**USUAL | {"help_text": about, "allow_blank": True} | more)


def one_of(valid: Iterable[str], about: str = "", **more: Any) -> Any:
    return serializers.ChoiceField(choices=list(valid), **USUAL | {"help_text": about} | more)


def whole(about: str, **more: Any) -> Any:
    return serializers.IntegerField(**USUAL | {"help_text": about} | more)


def number(about: str, **more: Any) -> Any:
    """An amount or a rate: as text, so that nothing of it is lost; a number is taken, too."""
    return serializers.DecimalField(**USUAL | {"max_digits": 20, "decimal_places": 6, "help_text": about} | more)


def day(about: str = "", **more: Any) -> Any:
    return serializers.DateField(
        **USUAL | {"help_text": f"{about} A local day of the store, YYYY-MM-DD.".strip()} | more
    )


def instant(about: str, **more: Any) -> Any:
    return serializers.DateTimeField(**USUAL | {"help_text": about} | more)


def yes(about: str, **more: Any) -> Any:
    return serializers.BooleanField(required=False, help_text=about, **more)


def texts(about: str, **more: Any) -> Any:
    return serializers.ListField(child=serializers.CharField(), **USUAL | {"help_text": about} | more)


def named(about: str, child: Any = None) -> Any:
    return serializers.DictField(
        child=child or serializers.CharField(allow_null=True, allow_blank=True), help_text=about, required=False
    )


def body(name: str, fields: Mapping[str, Any], **more: Any) -> Any:
    """What is sent as JSON, or an object inside it."""
    return inline_serializer(name, dict(fields), **more)  # a copy: the fields are taken out of what it is given


def rows(name: str, fields: Mapping[str, Any], about: str, **more: Any) -> Any:
    return inline_serializer(name, dict(fields), many=True, help_text=about, **more)


def faults_of(request: Request, method: Any) -> list[Fault]:
    """What is wrong with a request for this method, all of it."""
    found = [] if not hasattr(method, "asked") else list(strange(request.query_params, [*method.asked, "format"]))
    shape = getattr(method, "sent", None)
    if isinstance(shape, Mapping):  # a form, told field by field
        known = [name for form in shape.values() if isinstance(form, Mapping) for name in form.get("properties", ())]
        return found + (list(strange(request.data, known)) if known and isinstance(request.data, Mapping) else [])
    if isinstance(shape, type):
        shape = shape()
    if not isinstance(shape, serializers.Serializer):
        return found
    if isinstance(request.data, QueryDict):  # a form: all of it is text
        return found + list(strange(request.data, list(shape.fields)))
    return found + list(wrong(shape, request.data, ""))


def is_far(day: str) -> bool:
    """Whether the year of a day is one no shop has anything to say of; arithmetic ends soon after."""
    return day[:4].isdecimal() and not 2000 <= int(day[:4]) <= 2100


def strange(told: Iterable[str], known: list[str], where: str = "") -> Iterator[Fault]:
    for name in told:
        if name not in known:
            yield f"{where}{name[:60]}", _("There is no such field."), known


def wrong(field: serializers.Field[Any, Any, Any, Any], value: Any, where: str) -> Iterator[Fault]:
    """What of a value is not of the kind its field says; null is left to whoever asks for it."""
    fits, sentence = next((fits, sentence) for kind, fits, sentence in KINDS if isinstance(field, kind))
    if not fits(value):
        yield where, str(sentence) if where else _("Send a JSON object."), []
        return
    if isinstance(field, serializers.ChoiceField) and value and value not in field.choices:
        yield where, _("“%s” is not one of the valid values.") % value[:60], [str(x) for x in field.choices]
    most = getattr(field, "max_length", None) or LONGEST
    if isinstance(value, str) and len(value) > most:
        yield where, too_long(len(value), most), []
    if isinstance(field, serializers.DateField | serializers.DateTimeField) and is_far(value):
        yield where, _("Choose a day between the years 2000 and 2100."), []
    if isinstance(field, serializers.Serializer):
        yield from strange(value, list(field.fields), f"{where}." if where else "")
    for inner, one, place in inside(field, value, where):
        if one is not None or isinstance(inner, serializers.Serializer):
            yield from wrong(inner, one, place)


def inside(field: Any, value: Any, where: str) -> Iterator[tuple[Any, Any, str]]:
    """What a value is made of, if it is made of anything: the field of each piece, the piece, and where it stands."""
    if isinstance(field, serializers.Serializer):
        dot = f"{where}." if where else ""
        for name, inner in field.fields.items():
            if value.get(name) is not None:
                yield inner, value[name], f"{dot}{name}"
        return
    child = getattr(field, "child", None)
    if child is None:
        return
    if isinstance(value, dict):
        yield from ((child, one, f"{where}.{key}") for key, one in value.items())
    elif isinstance(value, list):
        yield from ((child, one, f"{where}[{place}]") for place, one in enumerate(value))
