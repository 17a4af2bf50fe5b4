"""A long answer in a real browser: it is shown as it comes, in few steps, and none of it is lost."""

import re

from playwright.sync_api import expect
from tests.e2e.web.studio import LONG, WATCH, Running, Tab, choose_model, recording_pieces


def test_a_long_answer_comes_in_few_updates(tab: Tab, app: Running) -> None:
    session = tab.new()
    choose_model(tab, "long")
    tab.page.evaluate(WATCH)
    tab.ask("everything", version=1)
    expect(tab.page.get_by_role("button", name=re.compile(r"^Version 1 · 5001 lines"))).to_be_visible()
    expect(tab.page.locator(".hf-head")).to_contain_text(f"{LONG + 2} tokens")
    seen = tab.page.evaluate("window.seen")
    with app.client() as http:
        job = http.get(f"/v1/jobs?session={session}").json()[0]["id"]
        lines = http.get(f"/v1/jobs/{job}/events").text.splitlines()
        version = http.get(f"/v1/sessions/{session}/versions").json()[0]
    texts = [line for line in lines if line == "event: text"]
    # Many pieces are one event, and each event is one step on the page, at most; all of it is there.
    assert 2 <= seen["updates"] <= len(texts) + 1 < LONG / 20
    assert seen["longest"] <= len("".join(recording_pieces(LONG)))
    assert version["code"].strip() == "".join(recording_pieces(LONG)[1:-1]).strip()
    # The editor holds it, and is usable: what is edited is saved.
    tab.editor.click()
    tab.page.keyboard.press("Control+End")
    tab.page.keyboard.insert_text("last = 1")
    tab.page.keyboard.press("Control+s")
    tab.told("Saved as version 2.")
