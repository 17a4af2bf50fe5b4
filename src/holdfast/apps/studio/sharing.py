"""Snippets as something to give away: a page, a Markdown text, JSON lines, a zip."""

import io
import json
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from html import escape
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from holdfast.apps.studio.records import Snippet
from holdfast.apps.studio.requests import CODE, Line, Tag
from holdfast.apps.studio.snippets import NewSnippet
from holdfast.core.errors import UserError

__all__ = ["STYLE", "html_page", "json_lines", "markdown", "read_json_lines", "read_zip", "zipped"]

_VERSION = 1
_UNREADABLE = (
    zipfile.BadZipFile, KeyError, OSError, NotImplementedError, RuntimeError, EOFError, ValueError,
    zlib.error,
)  # fmt: skip
"""What reading a zip raises that is none, is cut, or is locked."""
_INDEX = "snippets.jsonl"
_MOST = 5_000
"""Snippets in one import."""
_MOST_BYTES = 64_000_000
"""Of what an import holds when it is unpacked."""
_PROVENANCE = 200_000
"""Characters that may say where a snippet comes from."""
STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;"
    "color-scheme:light dark}pre{overflow:auto;padding:1rem;border:1px solid #8884;border-radius:.5rem}"
    "dt{font-weight:600}dd{margin:0 0 .5rem}"
)
"""All the style that a page has; its hash stands in the page's policy."""


def _storable(data: dict[str, Any]) -> dict[str, Any]:
    if len(json.dumps(data, allow_nan=False)) > _PROVENANCE:
        raise ValueError(f"is longer than {_PROVENANCE} characters")
    return data


class _Line(BaseModel):
    """A snippet as it is written to a file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    holdfast_snippet: int = Field(ge=1, le=_VERSION)
    title: Annotated[Line, Field(min_length=1)]
    language: Annotated[Line, Field(min_length=1, max_length=32)]
    code: Annotated[str, StringConstraints(max_length=CODE)]
    tags: Annotated[tuple[Tag, ...], Field(max_length=20)] = ()
    provenance: Annotated[dict[str, Any], AfterValidator(_storable)] = Field(default_factory=dict)
    created: float = Field(ge=0, le=1e11, allow_inf_nan=False)


def json_lines(snippets: Sequence[Snippet]) -> str:
    """One line a snippet; `read_json_lines` reads them back."""
    return "".join(f"{_line(snippet)}\n" for snippet in snippets)


def _line(snippet: Snippet) -> str:
    kept = {"title", "language", "code", "tags", "provenance", "created"}
    told = snippet.model_dump(mode="json", include=kept)
    return json.dumps({"holdfast_snippet": _VERSION, **told}, ensure_ascii=False, sort_keys=True)


def read_json_lines(text: str) -> tuple[NewSnippet, ...]:
    """The snippets of a file. Raises UserError, which names the line, where one is none."""
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    if len(lines) > _MOST:
        raise UserError(f"the file has more than {_MOST} snippets: import it in parts")
    return tuple(_read(number, line) for number, line in lines)


def _read(number: int, line: str) -> NewSnippet:
    try:
        read = _Line.model_validate_json(line)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise UserError(f"line {number} is no snippet: {place} {first['msg']}".replace("  ", " ")) from None
    return NewSnippet(
        title=read.title, language=read.language, code=read.code, tags=read.tags,
        provenance=read.provenance, created=read.created,
    )  # fmt: skip


def zipped(snippets: Sequence[Snippet], suffixes: dict[str, str]) -> bytes:
    """A zip with a file a program, for people, and all of it as JSON lines, for `read_zip`."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        _put(archive, _INDEX, json_lines(snippets))
        for number, snippet in enumerate(snippets, 1):
            name = "".join(each if each.isalnum() else "-" for each in snippet.title)[:40].strip("-")
            suffix = suffixes.get(snippet.language, ".txt")
            _put(archive, f"code/{number:04d}-{name or 'snippet'}{suffix}", snippet.code)
    return packed.getvalue()


def _put(archive: zipfile.ZipFile, name: str, text: str) -> None:
    # A fixed date: the same snippets make the same file.
    info = zipfile.ZipInfo(name, date_time=(2000, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(info, text.encode())


def read_zip(data: bytes) -> tuple[NewSnippet, ...]:
    """The snippets of a zip; only the JSON lines in it are read. Raises UserError where it is none."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open(_INDEX) as packed:
            read = packed.read(_MOST_BYTES + 1)
    except (
        zipfile.BadZipFile,
        KeyError,
        OSError,
        NotImplementedError,
        RuntimeError,
        EOFError,
        zlib.error,
    ) as error:
        raise UserError(f"this is no zip with a file {_INDEX}: export one here to see its form") from error
    if len(read) > _MOST_BYTES:
        raise UserError(f"the zip holds more than {_MOST_BYTES} bytes of snippets")
    return read_json_lines(decoded(read))


def decoded(data: bytes) -> str:
    """The text of a file. Raises UserError where it is not UTF-8."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UserError("the file is not UTF-8") from error


def markdown(snippet: Snippet) -> str:
    """The snippet as a Markdown text; no program can end the fence around it."""
    fence = "`" * max(3, 1 + _longest_run(snippet.code))
    title = " ".join(snippet.title.split())
    facts = "".join(f"- **{name}**: `{value.replace('`', chr(39))}`\n" for name, value in _facts(snippet))
    escaped = "".join(f"\\{each}" if each in "\\`*_{}[]<>()#+-.!|&" else each for each in title)
    newline = "" if snippet.code.endswith("\n") else "\n"
    return f"# {escaped}\n\n{facts}\n{fence}{snippet.language}\n{snippet.code}{newline}{fence}\n"


def _longest_run(text: str) -> int:
    longest = run = 0
    for each in text:
        run = run + 1 if each == "`" else 0
        longest = max(longest, run)
    return longest


def html_page(snippet: Snippet) -> str:
    """The snippet as a page that stands alone: no script, nothing from elsewhere, all text escaped."""
    title = escape(snippet.title)
    facts = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in _facts(snippet))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{title}</title><style>{STYLE}</style></head><body><main><h1>{title}</h1>"
        f"<dl>{facts}</dl><pre><code>{escape(snippet.code)}</code></pre></main></body></html>"
    )


def _facts(snippet: Snippet) -> Iterator[tuple[str, str]]:
    yield "Language", snippet.language
    if snippet.tags:
        yield "Tags", " ".join(", ".join(snippet.tags).split())
    for name in ("model", "tests"):
        if value := snippet.provenance.get(name):
            yield name.capitalize(), " ".join(str(value).split())[:200]
    prompts = snippet.provenance.get("prompts")
    for prompt in prompts if isinstance(prompts, list) else ():
        yield "Asked", " ".join(str(prompt).split())[:2000]
