"""What the refund files of all platforms share.

The numbers of the states are those of kpis.models.RefundStatus (no Django here).
"""

from kpis.ingest.reader import Check
from kpis.ingest.rows import RefundRow
from opsplan.lib.columns import Fault

OPEN, SHUT, SUCCEEDED = 10, 20, 30


def settled_before_applied(row: RefundRow) -> Fault | None:
    applied, settled = row.applied_at, row.settled_at
    try:
        is_wrong = applied is not None and settled is not None and settled < applied
    except TypeError:  # only one of them carries an offset
        return None
    return Fault("settled_before_applied", {"applied": str(applied)}) if is_wrong else None


SETTLED_AFTER_APPLIED = Check(frozenset({"applied_at", "settled_at"}), "settled_at", settled_before_applied)
