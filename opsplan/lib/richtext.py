"""Text with a little form (Markdown's bold, lists, links, quotes) as HTML: no HTML of the writer's own, no pictures."""

import re
from collections.abc import MutableMapping, Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

BARE = re.compile(r"(?<![\w(<\[/])https?://[A-Za-z0-9\-._~:/?#@!$&'*+,;=%]+[A-Za-z0-9/=#&%_-]")
RULES = ["emphasis", "list", "link", "autolink", "newline", "escape", "blockquote", "entity"]


def html(text: str) -> str:
    """Safe to be shown as it is: what is not one of the marks is escaped, and only web addresses become links."""
    return str(MARKS.render(BARE.sub(r"<\g<0>>", text)))


def outward(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: MutableMapping[str, Any]
) -> str:
    tokens[index].attrSet("rel", "noopener noreferrer")
    return self.renderToken(tokens, index, options, env)


MARKS = MarkdownIt("zero", {"html": False, "breaks": True}).enable(RULES)
MARKS.add_render_rule("link_open", outward)
