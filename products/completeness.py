"""Whether a product's page says what buyers ask (S121, S122) and shows what it should (S102). Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from opsplan.lib.text import gettext_noop as _

QUESTIONS: dict[str, str] = {
    "angles": _("Pictures from several sides"),
    "material": _("Material"),
    "size": _("Size"),
    "market_price": _("Market price"),
    "our_price": _("Reduced price"),
    "weight": _("Weight"),
    "colour": _("Colour"),
    "for_whom": _("Who it is for"),
    "meaning": _("What it stands for"),
    "care": _("Use and care"),
    "culture": _("Culture behind it"),
    "basics": _("What one should know"),
    "genuine": _("How to tell it from fakes"),
    "gifts": _("Gifts"),
    "service": _("Service promise"),
    "payment": _("Ways to pay"),
}
BLOCKS: dict[str, str] = {
    "campaign": _("Shop campaign"),
    "model": _("Model pictures with text"),
    "product": _("Product pictures with reasons to buy"),
    "detail": _("Detail pictures"),
    "sizes": _("Sizes described"),
    "related": _("Related products and other notes of the shop"),
}
POINTS: dict[str, str] = {
    "sells_function": _("Selling point: function"),
    "sells_fashion": _("Selling point: fashion"),
    "sells_extra": _("Selling point: added value"),
}
PICTURES: dict[str, str] = {
    "main": _("Main picture"),
    "scene": _("Scene picture"),
    "model": _("Model picture"),
    "in_use": _("Picture in use"),
    "outfit": _("Picture of what goes with it"),
    "outdoors": _("Outdoor picture"),
    "detail": _("Detail picture"),
}
LONGEST = (500, 300)  # characters of an answer, of a selling point


@dataclass(frozen=True)
class Score:
    """How much is there, of how much; `missing`: keys of what is not."""

    done: int
    whole: int
    missing: tuple[str, ...]

    @property
    def percent(self) -> int:
        """Whole per cent, rounded down: 100 only when everything is there."""
        return self.done * 100 // self.whole


def score(
    answers: Mapping[str, object], blocks: Mapping[str, object], points: Mapping[str, str], pictures: Collection[str]
) -> Score:
    """One point for each answered question, block, selling point and kind of picture there is: 32 in all."""
    lacks = [key for key in QUESTIONS if not str(answers.get(key) or "").strip()]
    lacks += [key for key in BLOCKS if not blocks.get(key)]
    lacks += [key for key in POINTS if not points.get(key, "").strip()]
    lacks += [f"picture_{kind}" for kind in PICTURES if kind not in pictures]
    whole = len(QUESTIONS) + len(BLOCKS) + len(POINTS) + len(PICTURES)
    return Score(whole - len(lacks), whole, tuple(lacks))
