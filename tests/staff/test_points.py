"""What a task goes through: places stay, whatever comes and goes."""

from staff.points import Kept, Point, brought_up, steps, ticked


def kept(about: str, title: str, *, is_gone: bool = False) -> Kept:
    return {"about": about, "title": title, "is_gone": is_gone}


CREAM, MASK = kept("product 1", "霜"), kept("product 2", "面膜")


def test_what_comes_stands_at_the_end_and_what_leaves_keeps_its_place() -> None:
    now = [Point("product 3", "油"), Point("product 2", "新面膜")]
    assert brought_up([CREAM, MASK], now) == [
        kept("product 1", "霜", is_gone=True),
        kept("product 2", "新面膜"),
        kept("product 3", "油"),
    ]


def test_what_comes_back_takes_its_place_again() -> None:
    assert brought_up([CREAM | {"is_gone": True}, MASK], [Point("product 1", "霜"), Point("product 2", "面膜")]) == [
        CREAM,
        MASK,
    ]


def test_what_is_done_where_it_belongs_is_ticked_and_no_tick_is_taken_away() -> None:
    now = [Point("product 1", "霜"), Point("product 2", "面膜", is_done=True)]
    assert ticked([CREAM, MASK], [0], now) == [0, 1]


def test_a_point_that_left_counts_only_if_it_was_done() -> None:
    gone = [CREAM | {"is_gone": True}, MASK | {"is_gone": True}]
    assert [(x.is_done, x.counts) for x in steps(gone, ["说明"], [1])] == [(False, False), (True, True)]


def test_a_task_without_points_has_the_steps_of_its_template() -> None:
    assert [(x.title, x.is_done) for x in steps([], ["一", "二"], [1])] == [("一", False), ("二", True)]
