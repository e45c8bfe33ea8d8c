"""Every reader we have, by key. A new export format: one file here, one line below."""

from kpis.ingest.reader import Reader
from kpis.ingest.readers import taobao_orders

READERS: dict[str, Reader] = {reader.key: reader for reader in (taobao_orders.READER,)}
SOURCES: dict[str, Reader] = {source: reader for reader in READERS.values() for source in reader.sources}
