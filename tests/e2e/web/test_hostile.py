"""Hostile text in a real browser: nothing of it is ever run, and the page's own policy is never broken."""

import json
import re

import pytest
from playwright.sync_api import Page, expect
from tests.e2e.web.studio import TOKEN, WAIT_MS, Running, Tab

CORPUS = (
    "<script>window.hacked = 1; alert(1)</script>",
    "<img src=x onerror='window.hacked = 1; alert(1)'>",
    "<svg onload='window.hacked = 1; alert(1)'></svg>",
    "<iframe srcdoc='<script>parent.hacked = 1</script>'></iframe>",
    "<a href='javascript:window.hacked=1'>click</a> [click](javascript:window.hacked=1)",
    "</textarea></title></style></pre><script>window.hacked = 1</script>",
    "\"'><body onpageshow='window.hacked = 1'>",
    "{{ window.hacked = 1 }} ${window.hacked = 1} {{constructor.constructor('window.hacked = 1')()}}",
    "\\u003cscript\\u003ewindow.hacked = 1\\u003c/script\\u003e &lt;script&gt;window.hacked=1&lt;/script&gt;",
    "'); window.hacked = 1; ('",
    "<details open ontoggle='window.hacked = 1'><math><mtext></form><form><mglyph><style></math>",
)
TEXT = "\n".join(CORPUS)
LINE = CORPUS[1] + CORPUS[0] + CORPUS[7]


def _is_whole(page: Page) -> None:
    """Nothing ran, and nothing of the corpus became an element."""
    assert page.evaluate("window.hacked") is None
    made = "script:not([src]):not([type]), img[src=x], iframe, svg[onload], a[href^=javascript], details"
    texts = page.locator(made).evaluate_all("found => found.map(each => each.outerHTML)")
    assert [text for text in texts if "hacked" in text] == []


def test_hostile_text_is_shown_as_text(tab: Tab, app: Running) -> None:
    tab.new()
    printed = f"text = {TEXT!r}\nprint(text)\nimport sys\nprint(text, file=sys.stderr)\nraise KeyError(text)"
    tab.ask(f"{TEXT}\n[[{TEXT}\n```python\n{printed}\n```\n]]")
    for found in (tab.page.locator(".hf-mine"), tab.answers):
        for text in CORPUS:
            expect(found).to_contain_text(text)
    tab.page.locator(".hf-item.open").get_by_label(re.compile("^Rename ")).click()
    tab.page.get_by_role("dialog").get_by_label("Title").fill(LINE)
    tab.page.get_by_role("dialog").get_by_role("button", name="Rename").click()
    expect(tab.page.locator(".hf-item.open")).to_contain_text(LINE)
    tab.page.locator(".hf-item.open").hover()
    tab.button("Run").first.click()
    expect(tab.page.locator(".live-text:visible")).to_have_count(2)
    for at in range(2):
        expect(tab.page.locator(".live-text:visible").nth(at)).to_contain_text(CORPUS[0])
    tab.tab("Tests")
    tests = f"def test_it():\n    raise AssertionError({TEXT!r})\n"
    tab.write(tests, tab.page.locator(".hf-low .cm-content"))
    tab.button("Test").click()
    expect(tab.page.locator(".hf-case")).to_be_visible()
    _is_whole(tab.page)
    # As it comes, and as a partial answer.
    tab.ask(f"[[{TEXT}\nHOLD]]", version=None)
    expect(tab.page.locator(".live-text:visible").first).to_contain_text(CORPUS[-1])
    tab.button("Stop").first.click()
    expect(tab.page.get_by_text("You stopped it.")).to_be_visible()
    # A model's name for what is wrong, in a refusal.
    tab.ask(f"[[{TEXT}]]", version=None)
    expect(tab.page.get_by_text(re.compile("^The model gave no program"))).to_be_visible()
    _is_whole(tab.page)
    tab.page.reload()
    expect(tab.page.get_by_text("You stopped it.")).to_be_visible()
    _is_whole(tab.page)


def test_hostile_snippets_are_shown_as_text(tab: Tab, app: Running) -> None:
    with app.client() as http:
        body = {"title": LINE, "language": "python", "code": TEXT, "tags": [CORPUS[4][:40], "<b>bold</b>"]}
        made = http.post("/v1/snippets", json=body).raise_for_status().json()
        shared = http.put(f"/v1/snippets/{made['id']}/share").raise_for_status().json()["share"]
    tab.page.goto(f"{tab.url}/app/snippets")
    tab.page.get_by_label(f"Open snippet {LINE}").click()
    expect(tab.page.locator(".cm-content")).to_contain_text(CORPUS[0])
    tab.page.get_by_text("<b>bold</b> 1").click()
    tab.page.get_by_label("Delete this snippet").hover()
    _is_whole(tab.page)
    tab.page.goto(f"{tab.url}/s/{shared}")
    expect(tab.page.locator("body")).to_contain_text(CORPUS[0])
    _is_whole(tab.page)
    with app.client() as http:
        http.delete(f"/v1/snippets/{made['id']}").raise_for_status()


@pytest.mark.parametrize("place", ["/login?next=javascript:alert(1)", "/app?session=%3Cscript%3Ealert(1)"])
def test_hostile_addresses(tab: Tab, place: str) -> None:
    tab.page.goto(tab.url + place)
    expect(tab.page.get_by_role("button").first).to_be_visible()
    _is_whole(tab.page)


def test_whoever_is_not_let_in_sees_nothing(browser_tab: Tab) -> None:
    tab = browser_tab
    tab.page.goto(f"{tab.url}/app")
    tab.page.wait_for_url("**/login")
    assert tab.page.locator(".q-layout").count() == 0
    tab.page.get_by_label("Token").fill("wrong")
    with tab.page.expect_response("**/v1/login") as answer:
        tab.button("Log in").click()
    assert answer.value.status == 401
    expect(tab.page.get_by_role("alert")).to_have_text("the token is not known")
    tab.page.get_by_label("Token").fill(TOKEN)
    tab.button("Log in").click()
    tab.page.wait_for_url("**/app*", timeout=WAIT_MS)
    expect(tab.button("Send")).to_be_visible()
    cookie = next(each for each in tab.page.context.cookies() if each["name"].startswith("holdfast-"))
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
    assert json.loads(tab.page.evaluate("JSON.stringify(document.cookie)")).find(cookie["value"]) < 0
    tab.button("Log out").click()
    tab.page.wait_for_url("**/login")
    tab.page.goto(f"{tab.url}/app")
    tab.page.wait_for_url("**/login")
    # The browser notes the refusals: of the wrong token, and of the page that was left and knocks once more.
    tab.faults[:] = [each for each in tab.faults if "401" not in each and "WebSocket" not in each]
