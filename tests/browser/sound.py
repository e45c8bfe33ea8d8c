"""What makes an open page unsound: too wide, cut by an axe, left in English, complained about by the browser."""

import re
from contextlib import suppress

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from tests.ops.shop import until

TEXT = """() => { const meant = [...document.querySelectorAll('body [lang=en]')]; meant.forEach(x => x.hidden = true);
    const text = document.body.innerText; meant.forEach(x => x.hidden = false); return text }"""  # said to be English
SETTLED = "document.readyState === 'complete' && !document.querySelector('.htmx-request')"
ENGLISH = re.compile(r"[A-Za-z]{2,}(?:[ ,]+[a-z]{2,}){2,}")
WIDE = "document.documentElement.scrollWidth > innerWidth + 1"
PHONE = (390, 844)
DESK_BY_DAY, HAND_AT_NIGHT = ("light", 1440, 900), ("dark", *PHONE)

# Contrast is most of an axe's work, and texts are alike, on one page and on the next: it looks at two of every kind of
# text that can be seen, and never at a kind that was sound on an earlier page. A kind is all that contrast depends on:
# the text's own colours and size, and the grounds it stands on, as one number worked out of their words.
KINDS = """known => {
  const grounds = new Map(), seen = new Map(), sound = new Set(known);
  const number = words => {
    let a = 0xdeadbeef, b = 0x41c6ce57;
    for (let i = 0; i < words.length; i++) {
      a = Math.imul(a ^ words.charCodeAt(i), 2654435761);
      b = Math.imul(b ^ words.charCodeAt(i), 1597334677);
    }
    return ((b >>> 0) * 2097152 + ((a >>> 0) & 2097151)).toString(36);
  };
  const ground = element => {
    if (!element) return 0;
    if (!grounds.has(element)) {
      const s = getComputedStyle(element), below = ground(element.parentElement);
      const laid = s.position === 'static' ? '' : element.tagName + element.getAttribute('class');
      const plain = s.backgroundColor === 'rgba(0, 0, 0, 0)' && s.backgroundImage === 'none' && s.opacity === '1';
      const own = `${below}|${s.backgroundColor}|${s.backgroundImage}|${s.opacity}|${s.filter}|${laid}`;
      grounds.set(element, plain && !laid ? below : number(own));
    }
    return grounds.get(element);
  };
  document.querySelectorAll('[data-kind]').forEach(x => x.removeAttribute('data-kind'));
  for (const element of document.body.querySelectorAll('*')) {
    const speaks = element.matches('input, select, textarea')
      || [...element.childNodes].some(x => x.nodeType === Node.TEXT_NODE && x.data.trim());
    if (!speaks || !element.checkVisibility({opacityProperty: true, visibilityProperty: true})) continue;
    const s = getComputedStyle(element), off = element.closest(':disabled, [aria-disabled=true]') ? 'off' : 'on';
    const words = [ground(element), s.color, s.fontSize, s.fontWeight, s.textShadow, off, element.tagName].join('|');
    const kind = number(words);
    if (sound.has(kind)) continue;
    seen.set(kind, (seen.get(kind) ?? 0) + 1);
    if (seen.get(kind) <= 2) element.setAttribute('data-kind', kind);
  }
  return [...seen.keys()];
}"""
AXE = """options => axe.run(document, options).then(told => told.violations.map(x =>
  `${x.id}: ${x.nodes.slice(0, 3).map(node => node.html.slice(0, 120)).join('; ')}`))"""
WCAG = {"resultTypes": ["violations"], "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
EVERY_RULE = {"resultTypes": ["violations"]}


sound_kinds: set[str] = set()


def axe(page: Page, options: dict[str, object]) -> list[str]:
    """The rules broken by the open page as it looks now, each with up to three places."""
    if not page.evaluate("!!window.axe"):
        page.evaluate(AXE_SCRIPT)
        page.evaluate("axe.configure({rules: [{id: 'color-contrast', selector: '[data-kind]'}]})")
    kinds = page.evaluate(KINDS, list(sound_kinds))
    broken = list(page.evaluate(AXE, options))
    if not any(x.startswith("color-contrast") for x in broken):
        sound_kinds.update(kinds)
    return broken


def settle(page: Page) -> None:
    """Until the page and what it fetched are there: the content policy stops Chromium from asking by itself."""
    until(lambda: page.evaluate(SETTLED), 30)


def show(page: Page, theme: str, width: int, height: int) -> None:
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size({"width": width, "height": height})


def faults(page: Page, address: str, language: str, *, rules: dict[str, object] | None = WCAG) -> list[str]:
    """All that is wrong with one page, in words. What a script complains about late is told with the next page."""
    answer = page.goto(address)
    if answer is None or answer.status != 200:
        return [f"{address}: status {answer and answer.status}"]
    settle(page)
    found = looks_wrong(page, address, rules=rules)
    if language != "en":
        found += [f"{address}: English left: {x.group()!r}" for x in ENGLISH.finditer(page.evaluate(TEXT))]
    found += [f"{address}: console: {x[:200]}" for x in page.complaints]
    page.complaints.clear()
    return found


def looks_wrong(page: Page, address: str, *, rules: dict[str, object] | None = WCAG) -> list[str]:
    """What the open page gets wrong at this size and in these colours, once it has had time to fit itself to them;
    without rules only its width."""
    found: list[str] = []

    def is_sound() -> bool:
        found[:] = [f"{address}: wider than the window ({page.viewport_size})"] if page.evaluate(WIDE) else []
        found.extend(f"{address}: axe {x}" for x in (axe(page, rules) if rules else ()))
        return not found

    with suppress(AssertionError):
        until(is_sound, 5)
    return found


def in_two_looks(
    page: Page,
    addresses: list[str],
    language: str = "zh-hans",
    *,
    first: tuple[str, int, int] = DESK_BY_DAY,
    desk: dict[str, object] | None = WCAG,
    hand: dict[str, object] | None = WCAG,
) -> list[str]:
    """What is wrong with pages, light on a desk and dark in a hand. Each is loaded in the look in which the one before
    it was left, every second one in `first`: so nothing is laid out only to be left."""
    found, rules = list[str](), {DESK_BY_DAY: desk, HAND_AT_NIGHT: hand}
    looks = [first, HAND_AT_NIGHT if first == DESK_BY_DAY else DESK_BY_DAY]
    show(page, *first)
    for address in addresses:
        here, there = looks
        found += faults(page, address, language, rules=rules[here])
        show(page, *there)
        settle(page)
        found += looks_wrong(page, f"{address} turned {there[0]}", rules=rules[there])
        looks.reverse()
    page.wait_for_load_state("networkidle")
    return found + page.complaints


def by_everybody(page: Page, address: str) -> list[str]:
    """What keeps somebody from using a page on the phone, by every rule there is, in both looks."""
    show(page, "light", *PHONE)
    found = faults(page, address, "zh-hans", rules=EVERY_RULE)
    show(page, "dark", *PHONE)
    return found + looks_wrong(page, f"{address} in the dark", rules=EVERY_RULE)
