"""Names as they fit into a line."""

import pytest

from opsplan.lib.text import cut


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Walnut cutting board", "Walnut cutting board"),
        ("Walnut cutting board with a juice groove", "Walnut cutting board with a jui…"),
        ("山茶花修护精华面霜十六个字正好是", "山茶花修护精华面霜十六个字正好是"),
        ("山茶花修护精华面霜十七个字就长了些", "山茶花修护精华面霜十七个字就长…"),
    ],
)
def test_a_name_is_cut_by_how_wide_it_is(name: str, told: str) -> None:
    assert cut(name, 32) == told
