"""Files with a password: asked for on the page, used once, kept nowhere."""

import contextlib
import io

import msoffcrypto.format.ooxml as ooxml
import pytest
import pyzipper
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from kpis.ingest import pipeline
from kpis.models import Order, Upload
from staff.services import create_token
from tests.ingest import make
from tests.ingest.bring import SHORT, A, bring, content

pytestmark = pytest.mark.django_db
PASSWORD = "秘密-Open1"


def locked_xlsx(tmp_path) -> bytes:
    plain = make.as_xlsx(tmp_path / "plain.xlsx", [SHORT, A])
    out = io.BytesIO()
    with plain.open("rb") as file:
        ooxml.OOXMLFile(file).encrypt(PASSWORD, out)
    return out.getvalue()


def locked_zip() -> bytes:
    out = io.BytesIO()
    with pyzipper.AESZipFile(out, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES) as bundle:
        bundle.setpassword(PASSWORD.encode())
        bundle.writestr("a.csv", content(SHORT, A))
    return out.getvalue()


def test_the_command_line_opens_a_file_with_the_password_it_is_told(world, tmp_path, monkeypatch, capsys):
    (tmp_path / "a.zip").write_bytes(locked_zip())
    for password in ("wrong", PASSWORD):
        monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))
        with contextlib.suppress(SystemExit):
            call_command("import_file", "lotus", str(tmp_path / "a.zip"), password_stdin=True)
        assert Order.objects.count() == (password == PASSWORD)
    assert PASSWORD not in "".join(capsys.readouterr())


@pytest.mark.parametrize("kind", ["xlsx", "zip"])
def test_a_file_with_a_password_is_opened_on_the_page(world, client, tmp_path, kind):
    data = locked_xlsx(tmp_path) if kind == "xlsx" else locked_zip()
    upload = bring(world.store, data, f"a.{kind}")
    assert (upload.state, upload.problems.get().code) == ("rejected", "encrypted")
    client.force_login(world.bob)
    url = reverse("upload_password", args=["lotus", upload.pk])
    client.post(url, {"password": "falsch"})
    assert Upload.objects.get().state == "rejected"
    client.post(url, {"password": PASSWORD})
    opened = Upload.objects.get()
    pipeline.check(opened)
    assert (opened.state, opened.new or Order.objects.count()) == ("loaded", 1)


def test_the_card_asks_for_it(world, client, tmp_path):
    upload = bring(world.store, locked_zip(), "a.zip")
    client.force_login(world.bob)
    page = client.get(reverse("upload", args=["lotus", upload.pk])).content.decode()
    assert 'type="password"' in page
    client.force_login(world.vera)
    assert 'type="password"' not in client.get(reverse("upload", args=["lotus", upload.pk])).content.decode()


def test_a_program_sends_the_password(world):
    upload = bring(world.store, locked_zip(), "a.zip")
    _token, key = create_token(world.bob, "test", "write", [world.store])
    client = Client(headers={"Authorization": f"Bearer {key}"})
    url = reverse("api_password", args=["lotus", upload.pk])
    for wrong in ({"password": "falsch"}, {"password": 5}, {}):
        assert client.post(url, wrong, content_type="application/json").status_code == 422
    opened = client.post(url, {"password": PASSWORD}, content_type="application/json")
    assert (opened.status_code, Upload.objects.get().pk) == (202, opened.json()["id"])
    again = reverse("api_password", args=["lotus", opened.json()["id"]])
    assert client.post(again, {"password": "x"}, content_type="application/json").status_code == 422
