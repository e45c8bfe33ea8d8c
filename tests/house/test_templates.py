"""Rules about templates and styles that no linter of ours knows: the browser runs only what our files say."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings

TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
INLINE = {
    "a style attribute": re.compile(r"<[a-z][^>]*\sstyle\s*="),
    "a style element": re.compile(r"<style\b"),
    "a script without a file": re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")"),
    "an event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=\s*[\"']"),
    "a javascript: address": re.compile(r"javascript:", re.IGNORECASE),
    "hx-on": re.compile(r"\bhx-on"),
}
ELSEWHERE = re.compile(r"(?:src|href|action)\s*=\s*[\"'](?:https?:)?//")


def named(path: Path) -> str:
    return str(path.relative_to(settings.BASE_DIR))


def test_the_templates_are_found() -> None:
    assert len(TEMPLATES) > 20


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_a_template_holds_no_inline_style_or_script(path: Path) -> None:
    text = path.read_text()
    assert [rule for rule, pattern in INLINE.items() if pattern.search(text)] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_a_template_loads_nothing_from_elsewhere(path: Path) -> None:
    assert not ELSEWHERE.search(path.read_text())


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_every_form_that_posts_carries_its_csrf_token(path: Path) -> None:
    forms = re.findall(r"<form\b.*?</form>", path.read_text(), re.DOTALL)
    posting = [x for x in forms if re.search(r"method=\"post\"", x, re.IGNORECASE)]
    assert [x[:80] for x in posting if "{% csrf_token %}" not in x] == []


def test_htmx_writes_no_style_of_its_own() -> None:
    """Neither for its indicators nor of an element it replaces by one of the same id: the policy refuses both."""
    base = (settings.BASE_DIR / "templates/base.html").read_text()
    config = json.loads(re.findall(r"name=\"htmx-config\" content='([^']*)'", base)[0])
    assert (config["includeIndicatorStyles"], config["attributesToSettle"]) == (False, ["class"])


def test_every_head_by_which_a_list_is_sorted_can_be_reached_on_a_phone() -> None:
    """There a list is cards, and of its head stays what stands in a row that says what its heads are for."""
    heads = [x for path in TEMPLATES for x in re.findall(r"<thead>\s*(<tr.*?)</thead>", path.read_text(), re.DOTALL)]
    sorting = [x for x in heads if "{% sort_head" in x]
    said = '<tr data-sort="{% translate "Sort by" %}">'
    assert len(sorting) > 10
    assert [x[:80] for x in sorting if not x.startswith(said)] == []
    assert sum(path.read_text().count("{% sort_head") for path in TEMPLATES) == sum(
        x.count("{% sort_head") for x in sorting
    )


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_sentences_are_joined_as_their_language_does_and_hours_have_two_digits(path: Path) -> None:
    text = re.sub(r"{% filter sentences %}.*?{% endfilter %}", "", path.read_text(), flags=re.DOTALL)
    after = re.compile(
        r"""\.["'] %} {% (?:blocktranslate|translate)|\.{% endblocktranslate %} {% (?:blocktranslate|translate)"""
    )
    assert not after.search(text)
    assert "G:i" not in text
