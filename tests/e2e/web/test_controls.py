"""The controls in a real browser: keys, names for those who cannot see, small screens, light and dark."""

import re

from playwright.sync_api import Page, expect
from tests.e2e.web.studio import Running, Tab, choose_model, program, recording

# All that can be used, also what is folded away, and has no words: pictures hide theirs.
NAMELESS = """() => {
  const text = (node) => node.nodeType === Node.TEXT_NODE ? node.data
    : node.nodeType !== Node.ELEMENT_NODE || node.getAttribute("aria-hidden") === "true" ? ""
    : [...node.childNodes].map(text).join("");
  const named = (each) => {
    const ids = (each.getAttribute("aria-labelledby") || "").split(" ");
    const labels = [...ids.map((id) => document.getElementById(id)), ...(each.labels || [])];
    const words = [each.getAttribute("aria-label"), each.getAttribute("title")];
    words.push(...labels.map((label) => label && text(label)));
    if (!each.isContentEditable) words.push(text(each));
    return words.some((word) => word && word.trim());
  };
  const used = "button, a[href], input, textarea, select, [role=button], [role=tab], [role=combobox], "
    + "[role=textbox], [contenteditable=true]";
  return [...document.querySelectorAll(used)]
    .filter((each) => each.type !== "hidden" && !each.closest("[aria-hidden=true]") && !named(each))
    .map((each) => each.outerHTML.slice(0, 300));
}"""
WITHOUT = (
    "<button><i aria-hidden=true>menu</i></button><input><div contenteditable=true>text</div><a href=x> </a>"
)


def _all_are_named(page: Page) -> None:
    assert page.evaluate(NAMELESS) == []


def test_every_control_has_a_name(tab: Tab, app: Running) -> None:
    blank = tab.page.context.new_page()
    blank.set_content(WITHOUT)
    assert len(blank.evaluate(NAMELESS)) == 4
    blank.close()
    tab.new()
    _all_are_named(tab.page)
    tab.ask(program("print('named')"))
    tab.page.get_by_label("Ask the same once more").click()
    tab.comes(2)
    for name in ("Code", "Diff", "Run", "Tests"):
        tab.tab(name)
        _all_are_named(tab.page)
    tab.button("Add input and output").click()
    tab.button("Options").click()
    expect(tab.page.get_by_label("Rounds of repair")).to_be_visible()
    _all_are_named(tab.page)
    tab.page.keyboard.press("Escape")
    for opens in ("Edit this message", "Keep it as a snippet", "Keyboard shortcuts"):
        if opens == "Keep it as a snippet":
            tab.tab("Code")
        tab.page.get_by_label(opens).first.click()
        expect(tab.page.get_by_role("dialog")).to_be_visible()
        _all_are_named(tab.page)
        tab.page.keyboard.press("Escape")
        expect(tab.page.get_by_role("dialog")).to_have_count(0)
    with app.client() as http:
        body = {"title": "Named", "language": "python", "code": "print(1)", "tags": ["tagged"]}
        made = http.post("/v1/snippets", json=body).raise_for_status().json()["id"]
    tab.page.goto(f"{tab.url}/app/snippets")
    tab.page.get_by_label("Open snippet Named").click()
    expect(tab.page.get_by_label("Copy the program")).to_be_visible()
    _all_are_named(tab.page)
    tab.button("Take in a file").click()
    expect(tab.page.get_by_role("dialog")).to_be_visible()
    _all_are_named(tab.page)
    with app.client() as http:
        http.delete(f"/v1/snippets/{made}").raise_for_status()


def test_keys_do_what_the_sheet_says(tab: Tab) -> None:
    session = tab.new()
    tab.message.fill(program("print('by keys')"))
    tab.page.keyboard.press("Control+Enter")
    tab.page.keyboard.press("Control+Enter")
    tab.comes(1)
    expect(tab.page.locator(".hf-mine")).to_have_count(1)
    tab.page.keyboard.press("Alt+e")
    expect(tab.editor).to_be_focused()
    tab.page.keyboard.press("Control+End")
    tab.page.keyboard.insert_text("\nprint('more?')")
    tab.page.keyboard.press("Control+s")
    tab.told("Saved as version 2.")
    tab.page.keyboard.press("Alt+r")
    expect(tab.page.locator(".live-text:visible")).to_contain_text("more?")
    tab.page.keyboard.press("Alt+t")
    expect(tab.page.get_by_role("tab", name="Tests")).to_have_attribute("aria-selected", "true")
    expect(tab.button("Stop").first).not_to_be_visible()
    # A dialog has keys of its own: what is under way goes on.
    tab.ask("[[half\nHOLD]]", version=None)
    expect(tab.page.locator(".live-text:visible").first).to_contain_text("half")
    tab.page.locator(".hf-brand").click()
    tab.page.keyboard.press("?")
    expect(tab.page.get_by_role("dialog")).to_contain_text("Send the message")
    tab.page.keyboard.press("Escape")
    expect(tab.page.get_by_role("dialog")).to_have_count(0)
    expect(tab.button("Stop").first).to_be_visible()
    tab.page.keyboard.press("Escape")
    expect(tab.page.get_by_text("You stopped it.")).to_be_visible()
    tab.page.keyboard.press("Alt+n")
    expect(tab.page.get_by_text("What do you want to build?")).to_be_visible()
    tab.page.wait_for_url(lambda url: not url.endswith(session))
    expect(tab.message).to_be_focused()
    # What teaches on an empty page can be sent as it stands.
    tab.page.get_by_role("button", name=re.compile("^Write a function initials")).click()
    expect(tab.message).to_have_value(re.compile("^Write a function initials"))


def test_light_and_dark(tab: Tab) -> None:
    tab.new()
    body = tab.page.locator("body")
    expect(body).not_to_have_class(re.compile("body--dark"))
    light = tab.page.evaluate("getComputedStyle(document.querySelector('.cm-editor')).backgroundColor")
    tab.page.get_by_label("Dark or light").click()
    expect(body).to_have_class(re.compile("body--dark"))
    tab.page.wait_for_function(
        "light => getComputedStyle(document.querySelector('.cm-editor')).backgroundColor !== light", arg=light
    )
    tab.page.reload()
    expect(body).to_have_class(re.compile("body--dark"))
    tab.page.goto(f"{tab.url}/app/snippets")
    expect(body).to_have_class(re.compile("body--dark"))


def test_a_phone_shows_the_chat_or_the_code(tab: Tab) -> None:
    tab.page.set_viewport_size({"width": 390, "height": 780})
    tab.page.reload()
    expect(tab.button("New session")).not_to_be_in_viewport()
    tab.page.get_by_label("Show or hide sessions").click()
    tab.new()
    tab.page.mouse.click(380, 500)  # beside the sessions
    expect(tab.button("New session")).not_to_be_in_viewport()
    tab.ask(program("print('on a phone')"))
    expect(tab.editor).not_to_be_visible()
    tab.page.get_by_label("Show the code").click()
    expect(tab.editor).to_contain_text("on a phone")
    expect(tab.message).not_to_be_visible()
    tab.button("Run").first.click()
    expect(tab.page.locator(".live-text:visible")).to_contain_text("on a phone")
    tab.page.get_by_label("Show the chat").click()
    expect(tab.message).to_be_visible()
    wide = tab.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == 0


def test_a_model_that_cannot_be_loaded_says_so_before_it_is_asked(tab: Tab, app: Running) -> None:
    tab.new()
    choose_model(tab, "late")
    expect(tab.page.get_by_role("combobox", name="Model")).to_have_value("late · cannot be loaded")
    tab.told("the model late could not be loaded: ")
    (app.folder / "late.jsonl").write_text(recording(20))
    tab.button("Try again").click()
    expect(tab.page.get_by_role("combobox", name="Model")).to_have_value("late")
    expect(tab.button("Try again")).not_to_be_visible()
    with app.client() as http:
        states = {each["name"]: each["state"] for each in http.get("/v1/models").json()}
    assert states["late"] == "ready"
    choose_model(tab, "scripted")
