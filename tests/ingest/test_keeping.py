"""Loaded files stay where it is wished: encrypted, to be downloaded, and gone with everything else that must go."""

from pathlib import Path

import pytest
from django.conf import settings as configured
from django.urls import reverse

from kpis.ingest import pipeline
from kpis.models import Upload
from tests.ingest.bring import SHORT, A, bring, content

pytestmark = pytest.mark.django_db
DATA = content(SHORT, A)


def on_disk() -> list[bytes]:
    return [path.read_bytes() for path in Path(configured.MEDIA_ROOT).glob("*/*") if path.is_file()]


@pytest.fixture
def kept(world, settings, tmp_path) -> Upload:
    settings.KEEP_FILES, settings.MEDIA_ROOT = True, str(tmp_path)
    return bring(world.store, DATA)


def test_a_loaded_file_goes_where_nobody_wished_it_to_stay(world, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    upload = bring(world.store, DATA)
    assert (upload.path, upload.kept, on_disk()) == ("", "", [])


def test_a_kept_file_is_unreadable_on_the_disk_and_whole_in_the_browser(world, kept, client):
    [sealed] = on_disk()
    assert (kept.state, kept.path, b"1001" in sealed) == ("loaded", "", False)
    url = reverse("upload_file", args=["lotus", kept.pk])
    client.force_login(world.bob)
    assert b"".join(client.get(url).streaming_content) == DATA
    client.force_login(world.vera)
    assert client.get(url).status_code == 403


def test_another_key_opens_nothing(kept, settings):
    settings.SECRET_KEY = "another-another-another-another-another"
    with pytest.raises(pipeline.FileProblem):
        list(pipeline.pieces(kept))


def test_forgetting_takes_it_away(kept, client, world):
    pipeline.forget_file(kept)
    assert (on_disk(), Upload.objects.get().kept) == ([], "")
    client.force_login(world.bob)
    assert client.get(reverse("upload_file", args=["lotus", kept.pk])).status_code == 404
