"""The program in a real browser: edited, compared, run, tested, mended."""

import re

from playwright.sync_api import expect
from tests.e2e.web.studio import Running, Tab, program

FIRST = ("def double(n):", "    return n + n")
WRONG = ("def double(n):", "    return n + 2")
TESTS = "from solution import double\n\ndef test_double():\n    assert double(5) == 10\n"


def test_versions_are_edited_compared_and_restored(tab: Tab, app: Running) -> None:
    tab.new()
    tab.ask(program(*FIRST))
    tab.write("def double(n):\n    return 2 * n")
    expect(tab.page.get_by_text("edited", exact=True)).to_be_visible()
    tab.page.keyboard.press("Control+s")
    tab.told("Saved as version 2.")
    expect(tab.page.get_by_text("edited", exact=True)).not_to_be_visible()
    tab.tab("Diff")
    expect(tab.page.get_by_text("+1 −1")).to_be_visible()
    expect(tab.page.locator(".hf-added")).to_have_text("+     return 2 * n")
    expect(tab.page.locator(".hf-removed")).to_have_text("-     return n + n")
    tab.tab("Code")
    tab.page.get_by_role("combobox", name="Version", exact=True).click()
    tab.page.get_by_role("option", name="Version 1", exact=True).click()
    expect(tab.editor).to_contain_text("return n + n")
    tab.button("Work on this one").click()
    expect(tab.button("Work on this one")).not_to_be_visible()
    tab.page.get_by_role("combobox", name="Version", exact=True).click()
    expect(tab.page.get_by_role("option", name="Version 3 · restored · current")).to_be_visible()
    tab.page.keyboard.press("Escape")
    # What is edited is what the next message is about, also unsaved.
    tab.write("def double(n):\n    return n * 2  # mine")
    expect(tab.page.get_by_text("edited", exact=True)).to_be_visible()
    tab.ask(program(*WRONG), version=5)
    assert "# mine" in app.model.asked[-1].body["messages"][-1]["content"]


def test_a_program_runs_and_its_failure_goes_to_the_model(tab: Tab, app: Running) -> None:
    tab.new()
    tab.ask(program("import sys", "print(sys.argv[1:], input())", "raise KeyError('on purpose')"))
    tab.tab("Run")
    tab.page.get_by_label("Arguments").fill("one two")
    tab.page.get_by_label("Standard input").fill("three")
    tab.page.get_by_role("tabpanel").get_by_role("button", name="Run", exact=True).click()
    expect(tab.page.get_by_text("exit 1")).to_be_visible()
    expect(tab.page.get_by_text("['one', 'two'] three")).to_be_visible()
    expect(tab.page.get_by_text(re.compile("^sandbox "))).to_be_visible()
    tab.button("Send the failure to the model").click()
    expect(tab.message).to_have_value(re.compile("KeyError: 'on purpose'"))
    tab.button("Go to line 3").click()
    expect(tab.page.locator(".hf-here")).to_contain_text("raise KeyError")
    tab.button("Send").click()
    tab.comes(2)
    assert "on purpose" in app.model.asked[-1].body["messages"][-1]["content"]
    # A program without end is stopped.
    tab.write("print('begun', flush=True)\nwhile True: pass")
    tab.page.keyboard.press("Alt+r")
    tab.page.get_by_role("tabpanel").get_by_role("button", name="Stop").click()
    expect(tab.page.get_by_text("It was stopped.")).to_be_visible()
    # What runs unsaved is there after a reload, and has the edits back.
    session = tab.page.url.rpartition("=")[2]
    endless = {"language": "python", "code": "print('lost?')\nwhile True: pass", "session": session}
    with app.client() as http:
        http.post("/v1/runs", json={**endless, "stdin": "five", "wall_s": 120}).raise_for_status()
    tab.page.reload()
    tab.tab("Run")
    expect(tab.page.get_by_label("Standard input")).to_have_value("five")
    tab.page.get_by_role("tabpanel").get_by_role("button", name="Stop").click()
    expect(tab.page.get_by_text("It was stopped.")).to_be_visible()
    tab.page.reload()
    tab.tab("Run")
    expect(tab.page.get_by_text("It was stopped.")).to_be_visible()
    tab.button("Put them into the editor").click()
    expect(tab.editor).to_contain_text("print('lost?')")


def test_tests_judge_answers_and_have_them_mended(tab: Tab) -> None:
    tab.new()
    tab.ask(program(*WRONG))
    tab.tab("Tests")
    tab.write(TESTS, tab.page.locator(".hf-low .cm-content"))
    tab.button("Test").click()
    expect(tab.page.get_by_text("0 of 1 passed")).to_be_visible()
    expect(tab.page.locator(".hf-case")).to_contain_text("test_double")
    tab.button("Send the failures to the model").click()
    expect(tab.message).to_have_value(re.compile("These tests fail"))
    tab.button("Options").click()
    tab.page.get_by_label("Answers").fill("2")
    tab.page.get_by_label("Rounds of repair").fill("1")
    tab.page.keyboard.press("Escape")
    # The model says the same each time, so all candidates are refused.
    tab.ask(program(*WRONG, "# once more"), version=2)
    expect(tab.page.get_by_text("fails your tests")).to_be_visible()
    tab.page.get_by_text(re.compile(r"^\d answers were judged$")).click()
    expect(tab.page.get_by_text("refused", exact=True).first).to_be_visible()
    tab.ask(program(*FIRST), version=3)
    expect(tab.page.get_by_text("passed your tests")).to_be_visible()
    tab.tab("Tests")
    tab.button("Add input and output").click()
    tab.page.get_by_label("Output wanted").fill("never printed")
    tab.page.keyboard.press("Alt+t")
    expect(tab.page.get_by_text("1 of 2 passed")).to_be_visible()
    tab.page.get_by_label("Remove test 1").click()
    tab.button("Test").click()
    expect(tab.page.get_by_text("1 of 1 passed")).to_be_visible()
    # Tests belong to their session.
    session = tab.page.url
    tab.new()
    tab.tab("Tests")
    expect(tab.page.locator(".hf-low .cm-content")).to_have_text("")
    tab.page.goto(session)
    tab.tab("Tests")
    expect(tab.page.locator(".hf-low .cm-content")).to_contain_text("assert double(5) == 10")
    expect(tab.page.get_by_text("1 of 1 passed")).to_be_visible()


def test_a_model_proposes_tests(tab: Tab, app: Running) -> None:
    tests = "from solution import double\n\ndef test_proposed():\n    assert double(4) == 8"
    tab.new()
    tab.ask(program(*FIRST) + f"{{{{```python\n{tests}\n```}}}}")
    tab.tab("Tests")
    tab.button("Propose tests").click()
    tab.told("Look the proposed tests over before you go by them.")
    tab.page.reload()  # nobody has tried them yet, and nothing is lost
    tab.tab("Tests")
    expect(tab.page.locator(".hf-low .cm-content")).to_contain_text("assert double(4) == 8")
    tab.button("Test").click()
    expect(tab.page.get_by_text("1 of 1 passed")).to_be_visible()
    # Where there are no test files, it proposes inputs and outputs.
    with app.client() as http:
        made = http.post("/v1/sessions", json={"language": "bash", "model": "scripted"}).json()
    tab.page.goto(f"{tab.url}/app?session={made['id']}")
    tab.loaded()
    tab.ask("[[```bash\necho six\n```]]" + '{{```json\n[{"stdout": "six"}]\n```}}')
    tab.tab("Tests")
    tab.button("Propose tests").click()
    expect(tab.page.get_by_label("Output wanted")).to_have_value("six")
    tab.button("Test").click()
    expect(tab.page.get_by_text("1 of 1 passed")).to_be_visible()
