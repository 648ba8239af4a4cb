# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTML report as Chromium shows it: on a screen and a phone, light and dark, and on paper."""

from __future__ import annotations

import re
import shutil
import typing as t
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.gate.policy import Policy
from ansible_collections.datascan.gate.plugins.module_utils._core.gate.reports.render import render
from ansible_collections.datascan.gate.plugins.module_utils._core.gate.verdict import Verdict, judge
from ansible_collections.datascan.gate.plugins.module_utils._core.models import Scan, ScanState
from hostile_verdicts import with_acceptances
from playwright.sync_api import Browser, Page, sync_playwright

pytestmark = pytest.mark.one_core

NAMES = ("chromium", "chromium-headless-shell", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
# Nothing that would go to the network; and root, as in a container, may start no sandbox.
FLAGS = ["--disable-background-networking", "--disable-component-update", "--disable-gpu", "--no-sandbox"]
NOW = datetime(2026, 3, 15, tzinfo=timezone.utc)
SIZES = {"screen": (1280, 900), "phone": (390, 800)}
MARKUP = '"><script>document.title="taken"</script><img src="http://evil.example/x.png" onerror="document.title=1">'

# The least contrast of any text with what is behind it, and that text (WCAG 2.2, 1.4.3: 4.5 for text of normal size).
CONTRAST = """() => {
  const parts = (color) => (color.match(/[\\d.]+/g) ?? []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const color = parts(getComputedStyle(e).backgroundColor);
      if (color.length === 3 || color[3] === 1) return color;
    }
    return matchMedia("(prefers-color-scheme: dark)").matches ? [18, 18, 18] : [255, 255, 255];
  };
  let least = [21, ""];
  for (const element of document.querySelectorAll("h1, h2, h3, p, dt, dd, li, td, th, a, span, bdi, time")) {
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    const box = element.getBoundingClientRect();
    if (!own || box.width < 2 || box.height < 2) continue;
    const [a, b] = [light(parts(getComputedStyle(element).color)), light(behind(element))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < least[0]) least = [contrast, element.textContent];
  }
  return least;
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip(f"There is no Chromium: none of {', '.join(NAMES)} is on the PATH.")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


class Shown(t.NamedTuple):
    """A page, and the requests and console messages of the browser."""

    page: Page
    requests: list[str]
    complaints: list[str]


Show = t.Callable[..., Shown]


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[Show]:
    """Opens a verdict's page: show(VERDICT, size=, scheme=)."""
    contexts = []

    def open_page(verdict: Verdict, size: str = "screen", scheme: t.Any = "light") -> Shown:
        file = tmp_path / "report.html"
        file.write_text(render("html", verdict), encoding="utf-8")
        width, height = SIZES[size]
        contexts.append(browser.new_context(color_scheme=scheme, viewport={"width": width, "height": height}))
        page = contexts[-1].new_page()
        shown = Shown(page, [], [])
        page.on("request", lambda request: shown.requests.append(request.url))
        page.on("console", lambda message: shown.complaints.append(message.text))
        page.on("pageerror", lambda error: shown.complaints.append(str(error)))
        page.on("dialog", lambda dialog: shown.complaints.append(dialog.message))
        page.goto(file.as_uri())
        assert shown.requests == [file.as_uri()]
        return shown

    yield open_page
    for context in contexts:
        context.close()


def verdict(text: str = "nightly uploads") -> Verdict:
    """A scan of every state, one after another, and one that is missing."""
    scans = [
        Scan(
            id=f"83d71394-faa2-4b6c-b13b-6d3118de459{number}",
            provider="glasswall",
            name=f"{text} {number}",
            state=state,
            vendor_status="Word",
            started_at=f"2026-03-14T{10 + number}:00:00Z",
            finished_at=f"2026-03-14T{11 + number}:30:00Z",
            owner="platform-team@example.com",
            source="uploads-of-the-whole-company-and-more",
            target="clean",
            issue_count=number,
            error=f"{text}: the vendor's reason, which may be a long sentence that does not fit on a line of a phone",
        )
        for number, state in enumerate(ScanState)
    ]
    return judge(scans, ["gone-1"], Policy(), "enforce", NOW)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_the_page_fits_and_can_be_read(show: Show, size: str, scheme: str) -> None:
    page, requests, complaints = show(verdict(), size, scheme)
    assert (len(requests), complaints) == (1, [])  # the content security policy let all of its style through
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    contrast, text = page.evaluate(CONTRAST)
    assert contrast >= 4.5, text
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    red, green, blue = map(int, re.findall(r"\d+", ground)[:3])
    assert (red + green + blue > 600) == (scheme == "light")


def test_the_verdict_is_seen_first_and_each_scan_has_a_bar_where_its_time_was(show: Show) -> None:
    page = show(verdict()).page
    assert page.locator("h1").inner_text() == "Did not pass"
    bars = page.locator("ol.rows li:not(.axis) svg.track rect.bar")
    boxes = [bars.nth(number).bounding_box() or {} for number in range(bars.count())]
    assert len(boxes) == len(ScanState)
    assert all(box["width"] > 10 for box in boxes)
    assert [box["x"] for box in boxes] == sorted(box["x"] for box in boxes)
    track = page.locator("ol.rows li:not(.axis) svg.track").first.bounding_box() or {}
    assert all(box["x"] + box["width"] <= track["x"] + track["width"] + 1 for box in boxes)


def test_a_name_in_the_timeline_leads_to_its_row(show: Show) -> None:
    page = show(verdict(), "phone").page
    page.locator("ol.rows a").nth(4).click()
    assert page.evaluate("document.querySelector(':target th').innerText.includes('nightly uploads 4')")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_what_is_accepted_and_the_issues_are_seen(show: Show, size: str, scheme: str) -> None:
    page, _requests, complaints = show(with_acceptances(), size, scheme)
    assert complaints == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(CONTRAST)[0] >= 4.5
    for text in (
        "(TICKET-1)",
        "(TICKET-2)",
        "(TICKET-3)",
        "(TICKET-4)",
        "and 7 more",
        "accepted until",
        "b.doc (Failed)",
    ):
        assert page.get_by_text(text).first.is_visible()
    assert page.locator("tbody td:has-text('failed (accepted)')").is_visible()


def test_paper_has_all_of_it_dark_on_white(show: Show) -> None:
    page = show(verdict(), scheme="dark").page
    page.emulate_media(media="print", color_scheme="light")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") in (
        "rgb(255, 255, 255)",
        "rgba(0, 0, 0, 0)",
    )
    assert page.evaluate(CONTRAST)[0] >= 4.5
    page.set_viewport_size({"width": 1031, "height": 700})  # A4 across at 96 dots an inch, without its margins
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")  # what sticks out is lost on paper
    paper = page.pdf(prefer_css_page_size=True)
    assert paper.startswith(b"%PDF-")
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", paper)) <= 4


@pytest.mark.parametrize("text", [MARKUP, "javascript:alert(1)", "]]><!--", "\u202egnp.exe"])
def test_a_vendors_text_is_nothing_but_text(show: Show, text: str) -> None:
    page, requests, complaints = show(verdict(text))
    assert (len(requests), complaints) == (1, [])
    assert page.title().startswith("Did not pass: 1 of 7")
    assert page.locator("script, img, iframe, object").count() == 0
    assert page.locator("a:not([href^='#scan-'])").count() == 0
    if text == MARKUP:
        assert MARKUP in (page.text_content("body") or "")
