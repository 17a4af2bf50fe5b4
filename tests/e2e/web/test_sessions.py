"""Sessions in a real browser, and what two tabs see of each other."""

import re

from playwright.sync_api import Page, expect
from tests.e2e.web.studio import Tab, beside, program


def _rename(tab: Tab, title: str) -> None:
    tab.page.locator(".hf-item.open").get_by_label(re.compile("^Rename ")).click()
    tab.page.get_by_role("dialog").get_by_label("Title").fill(title)
    tab.page.get_by_role("dialog").get_by_role("button", name="Rename").click()
    expect(tab.page.get_by_role("dialog")).to_have_count(0)  # it has keys of its own until it is gone
    expect(tab.page.locator(".hf-item.open")).to_contain_text(title)


def _listed(page: Page, title: str) -> None:
    expect(page.get_by_label(f"Open session {title}", exact=True)).to_be_visible()


def test_sessions_are_made_renamed_searched_switched_and_deleted(tab: Tab) -> None:
    first = tab.new()
    tab.ask(program("print('pears')"))
    _rename(tab, "All about pears")
    second = tab.new()
    expect(tab.editor).not_to_contain_text("pears")
    _rename(tab, "All about plums")
    assert first != second
    search = tab.page.get_by_label("Search sessions")
    tab.page.keyboard.press("Alt+k")
    expect(search).to_be_focused()
    search.fill("pears")
    expect(tab.page.get_by_label("Open session All about plums")).to_have_count(0)
    tab.page.get_by_label("Open session All about pears").click()
    expect(tab.editor).to_contain_text("print('pears')")
    search.fill("nothing holds these words")
    expect(tab.page.get_by_text("No session holds these words.")).to_be_visible()
    search.fill("")
    _listed(tab.page, "All about plums")
    # A session that is not open is deleted: the open one stays.
    tab.page.get_by_label("Delete All about plums").click()
    undo = tab.button("Undo: have “All about plums” back")
    expect(undo).to_be_visible()
    expect(tab.editor).to_contain_text("print('pears')")
    undo.click()
    _listed(tab.page, "All about plums")
    expect(undo).to_have_count(0)
    tab.page.wait_for_url(re.compile(second))
    tab.page.go_back()
    expect(tab.editor).to_contain_text("print('pears')")
    tab.page.go_forward()
    expect(tab.editor).not_to_contain_text("pears")
    # The open one is deleted: none is open, and a message begins a new one.
    tab.page.get_by_label("Delete All about plums").click()
    expect(tab.page.locator(".hf-item.open")).to_have_count(0)
    tab.ask(program("print('apples')"))
    tab.page.wait_for_url(lambda url: "session=" in url and first not in url and second not in url)
    expect(tab.editor).to_contain_text("print('apples')")


def test_a_message_sent_at_once_goes_into_the_session_that_is_being_made(tab: Tab) -> None:
    first = tab.new()
    tab.message.fill(program("print('at once')"))
    tab.page.evaluate(
        """() => {
          const named = (name) => [...document.querySelectorAll("button")].find((each) =>
            each.textContent.trim().endsWith(name) && each.offsetParent);
          named("New session").click();
          named("Send").click();
        }"""
    )
    tab.comes(1)
    expect(tab.editor).to_contain_text("print('at once')")
    assert first not in tab.page.url


def test_a_second_tab_sees_what_the_first_one_does(tab: Tab) -> None:
    session = tab.new()
    tab.ask(program("shared = 1", "print(shared)"))
    other = beside(tab.page.context, tab.url)
    other.enter(session)
    expect(other.editor).to_contain_text("shared = 1")
    other.message.fill("not to be lost")
    tab.ask(program("shared = 2", "print(shared)"), version=2)
    expect(other.editor).to_contain_text("shared = 2")
    expect(other.message).to_have_value("not to be lost")
    # What is edited stays when the other tab goes on.
    other.write("mine = 3")
    expect(other.page.get_by_text("edited", exact=True)).to_be_visible()
    tab.ask(program("shared = 4"), version=3)
    other.told("Version 3 has come; your edits stay until you save or choose it.")
    expect(other.editor).to_have_text("mine = 3")
    tab.button("Run").first.click()
    expect(tab.page.get_by_text("It printed nothing.")).to_be_visible()
    other.tab("Run")
    expect(other.page.get_by_text("It printed nothing.")).to_be_visible()
    # A session that is gone is gone in both, and nothing breaks.
    tab.page.locator(".hf-item.open").get_by_label(re.compile("^Delete ")).click()
    other.told("This session was deleted in another tab.")
    expect(other.page.get_by_text("What do you want to build?")).to_be_visible()
    assert (other.faults, other.dialogs) == ([], [])


def test_a_job_of_another_session_is_not_shown_here(tab: Tab) -> None:
    first = tab.new()
    _rename(tab, "Takes its time")
    tab.write("import time\nprint('begun', flush=True)\ntime.sleep(5)\nprint('late')")
    tab.page.keyboard.press("Control+S")
    tab.told("Saved as version 1")
    tab.button("Run").first.click()
    expect(tab.page.get_by_role("tabpanel").get_by_role("button", name="Stop")).to_be_visible()
    tab.new()
    tab.tab("Run")
    expect(tab.page.get_by_text("Nothing has run yet.")).to_be_visible()
    tab.tab("Code")
    expect(tab.editor).to_have_text("")
    tab.page.get_by_label("Open session Takes its time").click()
    tab.page.wait_for_url(re.compile(first))
    tab.tab("Run")
    expect(tab.page.locator(".live-text:visible")).to_contain_text("late")


def test_what_is_typed_outlives_a_reload(tab: Tab) -> None:
    tab.new()
    tab.write("print('not saved')")
    expect(tab.page.get_by_text("edited", exact=True)).to_be_visible()
    tab.message.fill("not sent")
    tab.page.reload()
    expect(tab.message).to_have_value("not sent")
    expect(tab.editor).to_have_text("print('not saved')")
    expect(tab.page.get_by_text("edited", exact=True)).to_be_visible()
