"""What is compressed on its way, and what is not."""

import gzip

from django.test import Client

from staff.services import create_token
from tests.world import World

ZIP = {"HTTP_ACCEPT_ENCODING": "gzip, deflate, br"}


def test_a_page_goes_out_compressed_to_who_takes_it_so(world: World, client: Client) -> None:
    client.force_login(world.alice)
    plain, zipped = client.get("/s/lotus/products/"), client.get("/s/lotus/products/", **ZIP)
    assert "Content-Encoding" not in plain.headers
    assert (zipped.headers["Content-Encoding"], "Accept-Encoding" in zipped.headers["Vary"]) == ("gzip", True)
    assert "</html>" in gzip.decompress(zipped.content).decode()
    assert len(zipped.content) * 2 < len(plain.content)


def test_files_and_figures_go_out_as_they_are(world: World, client: Client) -> None:
    client.force_login(world.alice)
    file = client.get("/s/lotus/data/history/?format=csv", **ZIP)
    key = create_token(world.vera, "x", "read", [world.store])[1]
    figures = client.get("/api/v1/metrics", headers={"authorization": f"Bearer {key}"}, **ZIP)
    assert ("Content-Encoding" in file.headers, "Content-Encoding" in figures.headers) == (False, False)
