import re

import pytest
from django.utils import translation

from kpis.ingest.pipeline import problem_text
from opsplan.lib.problems import TEXTS, Problem

PARAMS = {name: "7" for text in TEXTS.values() for name in re.findall(r"%\((\w+)\)s", text)}


@pytest.mark.parametrize("code", sorted(TEXTS))
def test_a_problem_is_told_in_the_reader_s_language(code: str) -> None:
    problem = Problem(1, "", "", code, PARAMS)
    told = {}
    for language in ("en", "zh-hans"):
        with translation.override(language):
            told[language] = problem_text(problem)
    assert told["en"] == TEXTS[code] % PARAMS
    assert any("一" <= letter <= "鿿" for letter in told["zh-hans"])


def test_a_sentence_names_a_layout_as_people_know_it() -> None:
    problem = Problem(0, "", "", "other_platform", {"source": "taobao_ExportOrderDetailList"})
    with translation.override("en"):
        assert "another platform: Taobao/Tmall order items." in problem_text(problem)
    with translation.override("zh-hans"):
        assert "taobao" not in problem_text(problem)
