"""The page to look at a dataset with holds what it should, and nothing on it can do anything."""

import base64
import hashlib
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest
from tests.unit.pipelines.dataset.rows import premise, step, theorem

from holdfast.pipelines.dataset.records import Block, ChainTheorem
from holdfast.pipelines.dataset.sample import sample_page
from holdfast.pipelines.dataset.splitting import Part

HOSTILE = "</script><script>alert(1)</script><img src=x onerror='alert(2)'>\u202e&amp;\"'"
CHROMIUM = shutil.which("chromium")


class _Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.articles: list[dict[str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "article":
            self.articles.append(dict(attrs))

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] == "script":
            self.scripts.append(data)
            self.tags.append(("", {}))


def _page() -> str:
    used = premise("Lib.B.fact", type=HOSTILE, info=HOSTILE)
    first = theorem(
        "Lib.A.zero", step(HOSTILE, ("the first goal",), (), used), statement=HOSTILE, docstring=HOSTILE
    )
    blocks = [Block(kind="think", text=HOSTILE), Block(kind="result", text="No goals are left.")]
    chain = ChainTheorem(**dict(first), blocks=tuple(blocks), model=HOSTILE, prompts=())
    others = [theorem(f"Lib.B.n{number}", step("exact I.", ("True",), ())) for number in range(40)]
    parts: dict[str, Part] = {each.name: "train" for each in others}
    parts |= {"Lib.A.zero": "test", "Lib.B.n7": "validation"}
    assert sample_page(HOSTILE, [first, *others], [chain], parts) == sample_page(
        HOSTILE, [*others, first][::-1], [chain], parts
    )
    return sample_page(HOSTILE, [first, *others], [chain], parts)


def test_some_of_each_part_are_shown_and_only_our_script_may_run() -> None:
    text = _page()
    page = _Page(text)
    shown = [each["data-part"] for each in page.articles]
    assert shown == ["train"] * 24 + ["validation", "test"]
    assert {each["data-source"] for each in page.articles} == {"Lib.A", "Lib.B"}
    assert "the first goal" in text
    assert not [tag for tag, _ in page.tags if tag in {"img", "iframe", "link", "object"}]
    assert not [key for _, given in page.tags for key in given if key.startswith("on") or key == "src"]
    (script,) = page.scripts
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    (policy,) = re.findall(r'Security-Policy" content="([^"]*)"', text)
    assert "default-src &#x27;none&#x27;" in policy
    assert f"script-src &#x27;sha256-{digest}&#x27;" in policy


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium on the PATH")
def test_the_filter_hides_what_does_not_fit(tmp_path: Path) -> None:
    sync_api = pytest.importorskip("playwright.sync_api")
    (tmp_path / "sample.html").write_text(_page(), encoding="utf-8")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        asked, said = [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.goto((tmp_path / "sample.html").as_uri())

        def shown() -> int:
            return int(page.locator("article:visible").count())

        assert shown() == 26
        page.fill("[name=words]", "FIRST goal")
        assert shown() == 1
        page.fill("[name=words]", "")
        page.select_option("[name=part]", "validation")
        assert shown() == 1
        page.select_option("[name=source]", "Lib.A")
        assert shown() == 0
        assert page.inner_text("#shown") == "0 of 26 shown"
        page.select_option("[name=part]", "")
        page.click("#unfold")
        assert page.locator("article:visible details[open]").count() == 2
        browser.close()
    assert asked == [(tmp_path / "sample.html").as_uri()]
    assert said == []
