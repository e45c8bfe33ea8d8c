"""Writing ahead: a second process writes the demo files while the first loads them, so that both cores have work.

`python -m kpis.demo.ahead SLUG YYYY-MM-DD FOLDER [--small]` writes a shop's files and tells each finished one as a line
of JSON. It ends by itself when nobody listens any more.
"""

import argparse
import datetime as dt
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kpis.demo.files import DemoFile, write_files
from kpis.demo.shop import SHOPS, Shop

ROOT = Path(__file__).resolve().parents[2]


class WriterDied(Exception):
    """The writing process ended before it had written everything."""


@contextmanager
def written_ahead(shop: Shop, today: dt.date, folder: Path, *, small: bool) -> Iterator[Iterator[DemoFile]]:
    """The files of a demo shop as they are finished. Leaving the block ends the writer; WriterDied when it failed."""
    command = [sys.executable, "-m", "kpis.demo.ahead", shop.slug, today.isoformat(), str(folder)]
    command += ["--small"] if small else []
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, encoding="utf-8") as writer:  # noqa: S603
        try:
            yield told(writer)
        finally:
            writer.kill()


def told(writer: "subprocess.Popen[str]") -> Iterator[DemoFile]:
    for line in writer.stdout or ():
        path, name, source, rows = json.loads(line)
        yield DemoFile(Path(path), name, source, rows)
    if writer.wait() != 0:
        raise WriterDied(f"the writer of the demo files ended with {writer.returncode}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m kpis.demo.ahead")
    parser.add_argument("slug", choices=[shop.slug for shop in SHOPS])
    parser.add_argument("today", type=dt.date.fromisoformat)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--small", action="store_true")
    asked = parser.parse_args()
    shop = next(x for x in SHOPS if x.slug == asked.slug)
    for file in write_files(shop, asked.today, asked.folder, small=asked.small):
        sys.stdout.write(json.dumps([str(file.path), file.name, file.source, file.rows]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
