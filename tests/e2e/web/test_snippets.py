"""The snippets that were kept, in a real browser."""

import re
from pathlib import Path

from playwright.sync_api import expect
from tests.e2e.web.studio import Running, Tab, program


def _names(tab: Tab) -> list[str]:
    texts = tab.page.locator(".hf-item .hf-name").all_inner_texts()
    return [text.splitlines()[0] for text in texts]


def test_snippets_are_kept_found_changed_shared_given_out_and_taken_in(
    tab: Tab, app: Running, tmp_path: Path
) -> None:
    tab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab.new()
    tab.ask(program("print('kept')"))
    tab.page.get_by_label("Copy the program").click()
    tab.told("Copied.")
    assert tab.page.evaluate("navigator.clipboard.readText()") == "print('kept')\n"
    tab.page.get_by_label("Keep it as a snippet").click()
    tab.page.get_by_role("dialog").get_by_label("Title").fill("Prints a word")
    tab.page.get_by_role("dialog").get_by_label(re.compile("^Tags")).fill("words, first ones")
    tab.page.get_by_role("dialog").get_by_role("button", name="Keep").click()
    tab.told("Kept: see Snippets.")
    with app.client() as http:
        more = {"title": "Counts", "language": "bash", "code": "seq 5\n", "tags": ["numbers"]}
        http.post("/v1/snippets", json=more).raise_for_status()
    tab.page.goto(f"{tab.url}/app/snippets")
    # Search, and tags.
    tab.page.get_by_label("Search snippets").fill("kept")
    expect(tab.page.get_by_label("Open snippet Counts")).to_have_count(0)
    tab.page.get_by_label("Open snippet Prints a word").click()
    expect(tab.page.locator(".cm-content")).to_contain_text("print('kept')")
    tab.page.get_by_text("Where it comes from").click()
    expect(tab.page.get_by_text("Written by scripted.")).to_be_visible()
    tab.page.get_by_label("Search snippets").fill("")
    # By language.
    for language, there, gone in (("bash", "Counts", "Prints a word"), ("python", "Prints a word", "Counts")):
        tab.page.get_by_role("combobox", name="Language").click()
        tab.page.get_by_role("option", name=language, exact=True).click()
        expect(tab.page.get_by_label(f"Open snippet {gone}")).to_have_count(0)
        expect(tab.page.get_by_label(f"Open snippet {there}")).to_be_visible()
    tab.page.get_by_role("combobox", name="Language").click()
    tab.page.get_by_role("option", name="All languages", exact=True).click()
    expect(tab.page.get_by_label("Open snippet Counts")).to_be_visible()
    tab.button("numbers 1").click()
    expect(tab.page.get_by_label("Open snippet Prints a word")).to_have_count(0)
    tab.button("numbers 1").click()
    tab.page.get_by_label("Open snippet Prints a word").click()
    # Other words for it.
    tab.page.get_by_label("Rename or change tags").click()
    tab.page.get_by_role("dialog").get_by_label("Title").fill("Prints one word")
    tab.page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(tab.page.get_by_label("Open snippet Prints one word")).to_be_visible()
    with tab.page.expect_download() as download:
        tab.page.get_by_label("Download the program").click()
    assert download.value.suggested_filename == "Prints-one-word.py"
    assert download.value.path().read_text() == "print('kept')\n"
    with tab.page.expect_download() as download:
        tab.page.get_by_label("Download as a page").click()
    assert "Prints one word" in download.value.path().read_text()
    # A page that everybody can read, until it is taken back.
    tab.page.get_by_label("Share as a page that can only be read").click()
    link = tab.page.get_by_role("link", name="Its public page")
    address = tab.url + (link.get_attribute("href") or "")
    assert tab.page.request.get(address).ok
    tab.button("Share no more").click()
    expect(link).to_have_count(0)
    assert tab.page.request.get(address).status == 404
    # Out and in again, both ways; what was deleted in between is back.
    for button, name in (("Give out as zip", "all.zip"), ("Give out as JSON lines", "all.jsonl")):
        with tab.page.expect_download() as download:
            tab.button(button).click()
        download.value.save_as(tmp_path / name)
        before = _names(tab)
        assert {"Prints one word", "Counts"} <= set(before)
        tab.page.get_by_label("Open snippet Prints one word").click()
        tab.page.get_by_label("Delete this snippet").click()
        expect(tab.page.get_by_label("Open snippet Prints one word")).to_have_count(0)
        tab.page.locator(".q-dialog").get_by_role("button", name="Close").click()
        tab.button("Take in a file").click()
        tab.page.locator("input[type=file]").set_input_files(tmp_path / name)
        tab.told("Taken in.")
        expect(tab.page.get_by_label("Open snippet Prints one word")).to_be_visible()
        assert sorted(set(_names(tab))) == sorted(set(before))
        tab.page.reload()
    tab.page.get_by_label("Open snippet Prints one word").first.click()
    expect(tab.page.locator(".cm-content")).to_contain_text("print('kept')")
    # A file that is none is refused in words.
    (tmp_path / "broken.zip").write_bytes(b"no zip at all")
    tab.button("Take in a file").click()
    tab.page.locator("input[type=file]").set_input_files(tmp_path / "broken.zip")
    expect(tab.page.locator(".q-notification.bg-negative")).to_be_visible()
    tab.page.keyboard.press("Escape")
    tab.page.get_by_label("Delete this snippet").click()
    tab.button("Undo").click()
    expect(tab.page.get_by_label("Copy the program")).to_be_visible()
