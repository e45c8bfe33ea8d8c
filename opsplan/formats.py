"""Endpoints that answer with something else than JSON."""

import json
from typing import Any

from rest_framework.renderers import BaseRenderer
from rest_framework.response import Response
from rest_framework.views import APIView

from opsplan.negotiation import JsonRenderer


class FileRenderer(BaseRenderer):
    """So that a file is given to whoever accepts its kind; the file itself is no data to be rendered."""

    media_type = "*/*"
    format = "file"
    charset = "utf-8"

    def render(self, data: Any, *_args: Any, **_more: Any) -> bytes:
        return json.dumps(data, ensure_ascii=False).encode()


class ErrorsAsJson(APIView):
    """An endpoint whose errors are JSON, whatever was asked for."""

    def handle_exception(self, exc: Exception) -> Response:
        response = super().handle_exception(exc)
        request: Any = self.request
        request.accepted_renderer, request.accepted_media_type = JsonRenderer(), "application/json"
        return response


class WithFile(ErrorsAsJson):
    """An endpoint that also answers with a file."""

    renderer_classes = [JsonRenderer, FileRenderer]
