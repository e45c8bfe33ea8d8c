"""The factor by which something has to be multiplied to come to a total (pure); nothing says how large it may be."""

from collections.abc import Callable
from decimal import Decimal

from kpis.planning.shares import Contradiction

STEPS = 70  # halvings: below the 15 digits that are kept
FAR = 20  # how often the search goes four times as far: a free month may have to make up for eleven locked ones
CLOSE = Decimal("1e-9")


def reached(at: Callable[[Decimal], Decimal], now: Decimal, wanted: Decimal) -> bool:
    """Call `at` with the factor that makes the total `wanted` last; it tells the total a factor comes to, `now` at 1,
    and moves with the factor. False where no factor does. Where one that is too far broke a lock or a bound (`at`
    raises Contradiction) and no other does, that is raised.
    """
    grows = wanted > now
    refused: list[Contradiction] = []

    def off(factor: Decimal) -> Decimal | None:
        """How much is missing on the way to `wanted`; None beyond what may be."""
        try:
            return wanted - at(factor) if grows else at(factor) - wanted
        except Contradiction as error:
            refused.append(error)
            return None

    near, far = Decimal(1), wanted / now
    missing = off(far)
    if missing is not None and abs(missing) <= wanted.scaleb(-14):
        return True
    for _step in range(FAR):
        if missing is None or missing <= 0:
            break
        near, far = far, far * 4 if grows else far / 4
        missing = off(far)
    for _step in range(STEPS):
        middle = (near + far) / 2
        missing = off(middle)
        near, far = (middle, far) if missing is not None and missing > 0 else (near, middle)
    missing = off(far)
    missing = off(near) if missing is None else missing
    if missing is not None and abs(missing) <= wanted * CLOSE:
        return True
    if refused:
        raise refused[0]
    return False
