"""Two hundred broken files: each ends in a sentence, none in a traceback, none half loaded, nothing left behind."""

import io
import os
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from kpis.ingest import pipeline
from kpis.ingest.pipeline import problem_text
from kpis.models import AdSpend, ItemTraffic, Order, Refund, Upload
from stores.services import create_store
from tests.ingest.broken import corpus

pytestmark = pytest.mark.django_db
FILES = dict(corpus())
GROUPS = ("cell_", "cut_", "flipped_", "")  # a test each, so that they share the work


def group_of(name: str) -> str:
    return next(group for group in GROUPS if name.startswith(group))


def left() -> tuple[set[str], int]:
    """Files in our folders, and open files of this process."""
    folders = [Path(settings.MEDIA_ROOT), Path(settings.FILE_UPLOAD_TEMP_DIR or settings.MEDIA_ROOT)]
    found = {str(path) for folder in folders for path in folder.rglob("*") if path.is_file()}
    return found, len(os.listdir("/proc/self/fd"))


def test_there_are_two_hundred_of_them():
    assert len(FILES) >= 200


@pytest.mark.parametrize("group", GROUPS)
def test_every_broken_file_ends_in_a_sentence_and_leaves_nothing(group, copied_process):
    store = create_store("broken", "Broken", "tmall")
    files, handles = left()
    for name, data in FILES.items():
        if group_of(name) != group:
            continue
        for upload in pipeline.receive(store, io.BytesIO(data), name, auto_load=True):
            pipeline.check(upload)
            upload.refresh_from_db()
            assert upload.state in ("rejected", "unknown", "unchanged", "loaded"), (name, upload.state, upload.error)
            problems = list(upload.problems.all())
            if upload.state in ("rejected", "unknown"):
                assert problems, name
                assert not (upload.new or upload.changed) or upload.rejected, name
            for problem in problems[:20]:
                for language in ("en", "zh-hans"):
                    with translation.override(language):
                        text = problem_text(problem)
                    assert text.endswith((".", "。")), (name, problem.code, text)
                    assert not re.search(r"Traceback|Error\b|Exception|%\(", text), (name, text)
            pipeline.forget_file(upload)
    loaded = set(Upload.objects.filter(state="loaded").values_list("pk", flat=True))
    for model in (Order, Refund, AdSpend, ItemTraffic):
        assert set(model.objects.values_list("upload_id", flat=True)) <= loaded
    now, handles_now = left()
    assert now == files
    assert handles_now <= handles + 2
