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
