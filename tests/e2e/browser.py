"""A real browser: Debian's Chromium, without its habit of calling home."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, sync_playwright

AXE = Path(__file__).parent / "axe" / "axe.min.js"
WCAG_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}

_MOST_STEPS = 150
_SHOWS_FOCUS = """() => {
  const style = getComputedStyle(document.activeElement);
  return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none';
}"""
# Each window prepares Chromium's own suggestions, two pages that nobody sees, as costly as the product's. Of such
# switches the last counts alone: what playwright switches off stands here, too.
_SWITCHED_OFF = [
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "AimEnabled",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
]
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
    "--disable-features=" + ",".join(_SWITCHED_OFF),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium from the system's packages. Its absence is a skip on a desk and a failure in CI."""
    executable = shutil.which("chromium")
    if executable is None:
        missing = "Chromium is not installed: apt-get install chromium"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=_ARGUMENTS)
        yield chromium
        chromium.close()


def open_context(browser: Browser, address: str, **options: object) -> BrowserContext:
    """A fresh browser profile at ``address``; the development authority's certificate is taken as it is."""
    settings = {"ignore_https_errors": True, "viewport": DESK, "base_url": address, **options}
    return browser.new_context(**settings)


def sign_in(page: Page, login: str, password: str) -> None:
    """Sign in by the form, as a person does."""
    page.goto("/sign-in")
    page.get_by_label("Login").fill(login)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Sign out").wait_for()


def accessibility_faults(page: Page) -> list[str]:
    """What axe-core finds against WCAG 2.2 AA: the rule and where, one line each."""
    # The page's own policy forbids scripts from elsewhere; the debugger's evaluation is not subject to it.
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}}).then(result => result.violations)", WCAG_AA
    )
    return [f"{fault['id']}: {node['target']} {node['failureSummary']}" for fault in found for node in fault["nodes"]]


def reach(page: Page, target: Locator) -> None:
    """Press the Tab key until the focus is on ``target``, where it must be seen."""
    # Looked for once: finding an element by its role computes the names of all others, at each step.
    element = target.element_handle()
    for _ in range(_MOST_STEPS):
        if element.evaluate("element => element === document.activeElement"):
            assert page.evaluate(_SHOWS_FOCUS), "nobody sees where the focus is"
            return
        page.keyboard.press("Tab")
    raise AssertionError("the Tab key does not come to it")


def press(page: Page, target: Locator, key: str = "Enter") -> None:
    """Go to ``target`` by the Tab key, and press a key there."""
    reach(page, target)
    page.keyboard.press(key)


def type_into(page: Page, label: str, text: str) -> None:
    """Go to a field by the Tab key, and type over what stands there."""
    reach(page, page.get_by_label(label, exact=True))
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))
