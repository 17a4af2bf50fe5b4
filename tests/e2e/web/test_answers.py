"""Messages and answers in a real browser."""

import re

from playwright.sync_api import expect
from tests.e2e.web.studio import Running, Tab, program


def test_an_answer_comes_is_adjusted_and_asked_again(tab: Tab) -> None:
    tab.new()
    tab.ask(program("print('first')", said="Here it is."))
    expect(tab.answers).to_contain_text("Here it is.")
    expect(tab.editor).to_contain_text("print('first')")
    tab.ask(program("print('second')"), version=2)
    expect(tab.editor).to_contain_text("print('second')")
    expect(tab.page.locator(".hf-mine")).to_have_count(2)
    expect(tab.answers.last).to_contain_text("scripted · 100 tokens")
    expect(tab.answers.last).to_contain_text(" · 0.0030 USD")
    expect(tab.page.locator(".hf-head")).to_contain_text("200 tokens ·")
    expect(tab.page.locator(".hf-head")).to_contain_text(" · 0.0060 USD")
    # The same once more is a branch beside it; so is another message in its place.
    tab.page.get_by_label("Ask the same once more").last.click()
    expect(tab.page.get_by_text("2/2")).to_be_visible()
    tab.comes(3)
    tab.page.get_by_label("Edit this message").last.click()
    field = tab.page.get_by_role("dialog").get_by_label("Message")
    field.fill(program("print('third')"))
    tab.page.get_by_role("dialog").get_by_role("button", name="Send").click()
    expect(tab.page.get_by_text("3/3")).to_be_visible()
    tab.comes(4)
    expect(tab.editor).to_contain_text("print('third')")
    tab.page.get_by_label("Earlier branch").click()
    expect(tab.page.get_by_text("2/3")).to_be_visible()
    tab.page.get_by_label("Earlier branch").click()
    expect(tab.page.get_by_text("1/3")).to_be_visible()
    expect(tab.editor).to_contain_text("print('second')")
    # Going on from an earlier answer begins a branch there.
    tab.page.get_by_label("Go on from here").first.click()
    expect(tab.page.locator(".hf-mine")).to_have_count(1)
    expect(tab.editor).to_contain_text("print('first')")
    tab.ask(program("print('fourth')"), version=5)
    expect(tab.page.get_by_text("4/4")).to_be_visible()


def test_stop_keeps_what_had_come(tab: Tab, app: Running) -> None:
    session = tab.new()
    app.model.left.clear()
    tab.ask("[[half = 1\nHOLD]]", version=None)
    expect(tab.page.locator(".live-text")).to_contain_text("half = 1")
    tab.page.reload()
    expect(tab.page.locator(".live-text")).to_contain_text("half = 1")
    assert tab.page.url.endswith(session)
    tab.button("Stop").first.click()
    expect(tab.page.get_by_text("You stopped it. What had come is kept.")).to_be_visible()
    expect(tab.page.locator(".live-text")).to_contain_text("half = 1")
    expect(tab.button("Stop").first).not_to_be_visible()
    with app.client() as http:
        jobs = http.get(f"/v1/jobs?session={session}").json()
    assert [job["state"] for job in jobs] == ["stopped"]
    assert app.model.left.is_set()
    expect(tab.button("Go on")).to_be_visible()


def test_a_refusal_and_an_answer_that_is_no_program(tab: Tab) -> None:
    tab.new()
    tab.ask("[[I would rather not.]]", version=None)
    expect(tab.page.get_by_text(re.compile("^The model gave no program"))).to_be_visible()
    expect(tab.button("Stop").first).not_to_be_visible()
