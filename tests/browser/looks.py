"""What is measured of a page as it stands in the browser."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
TAP = 48  # CSS pixels, the least that a thumb hits

# Everything that sticks out of the window sideways, by its tag, class and text.
STICKING_OUT = """() => {
  const wide = document.documentElement.clientWidth;
  const clipped = (e) => {
    for (; e; e = e.parentElement) if (getComputedStyle(e).overflowX !== "visible") return true;
    return false;
  };
  const out = (e) => {
    const box = e.getBoundingClientRect();
    return box.width && (box.right > wide + 1 || box.left < -1) && !clipped(e.parentElement);
  };
  return document.documentElement.scrollWidth <= wide ? [] : [document.documentElement.scrollWidth,
    ...[...document.querySelectorAll("body *")].filter(out)
      .map((e) => `${e.tagName}.${e.className} ${e.textContent.slice(0, 40)}`)];
}"""

# Buttons, tabs and fields that are seen and smaller than they must be.
TOO_SMALL = """(least) => {
  const all = document.querySelectorAll(".button, button, .round, .tabs a, summary, select, input, textarea");
  const seen = (e) => e.checkVisibility({ visibilityProperty: true }) && !e.matches(".skip");
  return [...all].filter((e) => !/^(checkbox|radio|hidden)$/.test(e.type) && seen(e))
    .map((e) => [e, e.getBoundingClientRect()])
    .filter(([, box]) => box.height < least - .5 || box.width < least - .5)
    .map(([e, box]) => `${e.className} ${e.textContent.trim().slice(0, 30)}: ${box.width} x ${box.height}`);
}"""

# Start this before the page; read `shifted` before anything is touched: Chromium takes a page's first half second for
# the work of a hand, since a phone's window finds its size then, and we count what moves meanwhile.
NOTE_SHIFTS = """() => {
  window.shifted = 0;
  new PerformanceObserver((list) => {
    for (const shift of list.getEntries()) window.shifted += shift.value;
  }).observe({ type: "layout-shift", buffered: true });
}"""


def barriers(page: Page, rules: list[str] | None = None) -> list[str]:
    """What axe finds on the page, each with the elements that it is about; all of WCAG 2.2 AA, or some rules."""
    only: Any = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": WCAG}
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    given = {"runOnly": only, "resultTypes": ["violations"]}
    found = page.evaluate("async (given) => (await axe.run(given)).violations", given)
    return [f"{one['id']}: {node['html'][:200]} {node['failureSummary']}" for one in found for node in one["nodes"]]
