"""Writing ahead: a second process writes the demo files while the first loads them, so that both cores have work."""

import datetime as dt
import multiprocessing
from collections.abc import Iterator
from multiprocessing.queues import Queue
from pathlib import Path
from types import TracebackType

from kpis.demo.files import DemoFile, write_files
from kpis.demo.shop import Shop

Message = DemoFile | str | None
MOST = 12  # finished files waiting; more would only fill the disk


def write_into(queue: "Queue[Message]", shop: Shop, today: dt.date, folder: Path, small: bool) -> None:
    """The writing process: every finished file, then None; an error as its text."""
    try:
        for file in write_files(shop, today, folder, small=small):
            queue.put(file)
        queue.put(None)
    except Exception as problem:
        queue.put(repr(problem))
        raise


class Ahead:
    """The files of a demo shop as they are finished. Leaving the block ends the writer."""

    def __init__(self, shop: Shop, today: dt.date, folder: Path, *, small: bool) -> None:
        context = multiprocessing.get_context("spawn")
        self.queue: Queue[Message] = context.Queue(MOST)
        self.process = context.Process(
            target=write_into, args=(self.queue, shop, today, folder, small), name=f"demo {shop.slug}", daemon=True
        )

    def __enter__(self) -> "Ahead":
        self.process.start()
        return self

    def __iter__(self) -> Iterator[DemoFile]:
        while True:
            message = self.queue.get()
            if message is None:
                return
            if isinstance(message, str):
                raise RuntimeError(message)
            yield message

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self.process.terminate()
        self.process.join()
