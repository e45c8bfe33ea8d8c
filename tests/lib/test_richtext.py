"""Text with a little form: marks become HTML, nothing else does."""

import pytest

from opsplan.lib.richtext import html

CASES = [
    ("先看 **48 小时**未发货", "<p>先看 <strong>48 小时</strong>未发货</p>"),
    ("一\n二", "<p>一<br>\n二</p>"),
    ("- 一\n- 二", "<ul>\n<li>一</li>\n<li>二</li>\n</ul>"),
    ("1. 一\n2. 二", "<ol>\n<li>一</li>\n<li>二</li>\n</ol>"),
    ("[规则](https://a.cn/b)", '<p><a href="https://a.cn/b" rel="noopener noreferrer">规则</a></p>'),
    ("见 https://a.cn/b?x=1。", '<p>见 <a href="https://a.cn/b?x=1" rel="noopener noreferrer">https://a.cn/b?x=1</a>。</p>'),
    ("<b>x</b>", "<p>&lt;b&gt;x&lt;/b&gt;</p>"),
    ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
    ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
    ("![x](https://a.cn/x.png)", '<p>!<a href="https://a.cn/x.png" rel="noopener noreferrer">x</a></p>'),
    ("", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_marks_become_html_and_nothing_else_does(text: str, expected: str) -> None:
    assert html(text).strip() == expected
