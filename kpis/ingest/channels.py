"""Channel names in files to channel keys, without making a channel before its file is really loaded."""

from opsplan.lib.text import folded
from stores.models import ChannelAlias, Store
from stores.services import channel_for

TOTAL_ROWS = ("", "汇总", "总计", "合计")


class ChannelNames:
    """Keys for the names of one file. Names nobody knows yet get the key they will have, and are made by `make()`."""

    def __init__(self, store: Store) -> None:
        self.store = store
        aliases = ChannelAlias.objects.filter(store=store)
        self._known: dict[str, str] = dict(aliases.values_list("name", "channel__key"))
        self._cache: dict[tuple[str, str], str] = {}
        self._new: dict[str, bool] = {}  # name -> paid

    def of_ad(self, name: str) -> str:
        """The channel of an ad report."""
        return self._key(name, is_paid=True)

    def of_flow(self, flow: str, detail: str) -> str:
        """The channel of a flow source: its detail names it; a detail nobody knows belongs to its source where that one
        is known. A source's total row brings up no channel of its own."""
        key = self._cache.get((flow, detail))
        if key is None:
            is_total = detail in TOTAL_ROWS
            if not is_total and folded(detail) not in self._known and folded(flow) in self._known:
                key = self._known[folded(flow)]
            else:
                key = self._key(flow if is_total else detail, is_paid="付费" in flow, is_total=is_total)
            self._cache[flow, detail] = key
        return key

    def _key(self, name: str, *, is_paid: bool, is_total: bool = False) -> str:
        name = name.strip()[:100]
        key = self._known.get(folded(name))
        if key is None:
            key = folded(name)[:60]
            if not is_total:
                self._new.setdefault(name, is_paid)
        return key

    def make(self) -> None:
        """Make the channels that the file has brought up."""
        for name, is_paid in self._new.items():
            channel_for(self.store, name, is_paid=is_paid)
        self._new.clear()
