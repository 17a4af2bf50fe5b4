"""What is given away of a snippet: nothing in it can become a part of the page, or end its fence."""

import re
from html.parser import HTMLParser

import pytest

from holdfast.apps.studio.records import Snippet
from holdfast.apps.studio.sharing import html_page, markdown

HOSTILE = (
    "<script>alert(1)</script>",
    "</code></pre><img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "</title><script>alert(1)</script>",
    "```\n<b>out</b>\n````\n",
    "[click](javascript:alert(1))",
    "&lt;script&gt;",
)
KNOWN = {"html", "head", "meta", "title", "style", "body", "main", "h1", "dl", "dt", "dd", "pre", "code"}


def snippet(text: str) -> Snippet:
    return Snippet(
        id="1", title=text, language="python", code=text, digest="", tags=(text,),
        provenance={"prompts": [text], "model": text}, created=0, updated=0, deleted=None, revision=1,
        share=None,
    )  # fmt: skip


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.attributes: set[str] = set()
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_page_shows_text_as_text(text: str) -> None:
    read = _Tags()
    read.feed(html_page(snippet(text)))
    assert read.seen <= KNOWN
    assert read.attributes <= {"lang", "charset", "name", "content"}
    assert read.text.count(text) >= 3, "title, heading and program, to the letter"


@pytest.mark.parametrize("text", HOSTILE)
def test_a_program_stays_within_its_fence(text: str) -> None:
    head, _, rest = markdown(snippet(text)).partition("python\n")
    fence = rest.rstrip("\n").rsplit("\n", 1)[-1]
    assert set(fence) == {"`"}
    assert head.endswith(f"\n{fence}")
    assert fence not in rest.removesuffix(f"{fence}\n")
    outside = re.sub(r"`[^`\n]*`", "", head)
    assert re.search(r"(?<!\\)[<\[]", outside) is None, "only escaped, or as code"
