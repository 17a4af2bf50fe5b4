"""What the app is asked, read and limited: what is too long is refused here, whatever the page checks."""

from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)
from pydantic.config import JsonDict

from holdfast.coding.languages import LANGUAGES

__all__ = [
    "CODE",
    "AddToken",
    "AddUser",
    "AskAdjust",
    "AskGenerate",
    "AskLoad",
    "AskLogin",
    "AskPassword",
    "AskRepair",
    "AskRestore",
    "AskRun",
    "AskSave",
    "AskSession",
    "AskSessionChange",
    "AskSnippet",
    "AskSnippetChange",
    "AskSuggest",
    "AskTest",
    "AskTurn",
    "AskTurnAgain",
    "TestCase",
]

CODE = 200_000
"""Characters of a program, a test file, an input."""
_PROMPT = 20_000


_Text = StringConstraints(pattern=r"^[^\x00]*$")
"""No database holds null characters."""
Line = Annotated[str, StringConstraints(max_length=200, strip_whitespace=True), _Text]
"""A title or a name."""
Named = Annotated[str, StringConstraints(min_length=1, max_length=200), _Text]


def _known(name: str) -> str:
    if name not in LANGUAGES:
        raise ValueError(f"there is no language {name[:40]}: there are {', '.join(LANGUAGES)}")
    return name


Language = Annotated[
    str,
    BeforeValidator(lambda name: name.lower() if isinstance(name, str) else name),
    AfterValidator(_known),
    WithJsonSchema({"type": "string", "enum": list(LANGUAGES)}),
]
Tag = Annotated[str, StringConstraints(min_length=1, max_length=50, strip_whitespace=True), _Text]
Prompt = Annotated[str, StringConstraints(min_length=1, max_length=_PROMPT, strip_whitespace=True), _Text]
Code = Annotated[str, StringConstraints(max_length=CODE), _Text]
Ref = Annotated[str, StringConstraints(max_length=40), _Text]
"""The identifier of something."""


class _Ask(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AskGenerate(_Ask):
    """A program that is wanted."""

    model_name: Named
    language: Language
    original_prompt: Prompt


class AskAdjust(AskGenerate):
    """A program that is wanted otherwise."""

    reference_code: Annotated[Code, Field(min_length=1)]
    feedback_prompt: Prompt


class AskLogin(_Ask):
    """Who wants to be let in: with a name and a password, or with the server's token."""

    name: Line = ""
    password: Annotated[str, StringConstraints(max_length=1000), _Text] = ""
    token: Line = ""


class AddUser(_Ask):
    """A new account."""

    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$")]
    password: Annotated[str, StringConstraints(min_length=10, max_length=1000), _Text]


class AskPassword(_Ask):
    """A new password, and the old one."""

    old: Annotated[str, StringConstraints(max_length=1000), _Text] = ""
    """Not asked of the administrator, who sets it for others."""
    new: Annotated[str, StringConstraints(min_length=10, max_length=1000), _Text]


class AddToken(_Ask):
    """A new token for a program."""

    label: Line = ""


class AskLoad(_Ask):
    """A model that will be wanted."""

    model: Named


class AskSession(_Ask):
    """A new session; a blank one is fine."""

    title: Line = ""
    language: Language | None = None
    """None for the first that there is."""
    model: Named | None = None


class AskSessionChange(_Ask):
    """What is to change of a session."""

    title: Annotated[Line, Field(min_length=1)] | None = None
    language: Language | None = None
    model: Named | None = None
    revision: int | None = None
    """The revision that was looked at; another one is a conflict."""


class TestCase(_Ask):
    """A run of the whole program and what it has to print."""

    __test__ = False

    stdout: Code
    stdin: Code = ""
    args: Annotated[tuple[Line, ...], Field(max_length=50)] = ()
    name: Line = ""


Cases = Annotated[tuple[TestCase, ...], Field(max_length=200)]


class _Work(_Ask):
    tests: Code = ""
    """Tests that every answer is judged by, where several are asked for or failures are to be repaired."""
    cases: Cases = ()
    rounds: int = Field(0, ge=0, le=8)
    """How often a program that fails the tests is sent back with what went wrong."""
    count: int = Field(1, ge=1, le=8)
    """How many answers are asked for; the best one is kept."""

    def options(self) -> dict[str, Any]:
        """What a job has to know beside the turn."""
        kept = self.model_dump(mode="json", include={"tests", "cases", "rounds", "count"})
        return {name: value for name, value in kept.items() if value}


_NULL: JsonDict = {"type": "null"}
_TEXT: JsonDict = {"type": "string"}
_EITHER: JsonDict = {
    "oneOf": [
        {"required": ["version"], "properties": {"version": _TEXT, "language": _NULL, "code": _NULL}},
        {
            "required": ["language", "code"],
            "properties": {"language": _TEXT, "code": _TEXT, "version": _NULL},
        },
    ]
}


class _Program(_Ask):
    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=_EITHER)

    language: Language | None = None
    code: Code | None = None
    version: Ref | None = None
    """In place of language and code."""

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        sent = (self.language is not None, self.code is not None)
        if sent != ((False, False) if self.version is not None else (True, True)):
            raise ValueError("send a version, or a language and a program, and not both")
        return self


_SESSION: JsonDict = {
    "oneOf": [
        {
            "required": ["version"],
            "properties": {"version": _TEXT, "language": _NULL, "code": _NULL, "session": _NULL},
        },
        {
            "required": ["language", "code"],
            "properties": {"language": _TEXT, "code": _TEXT, "version": _NULL},
        },
    ]
}


class _Trial(_Program):
    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=_SESSION)

    session: Ref | None = None
    """What a program that was sent belongs to, such as the session whose version it was edited from."""

    @model_validator(mode="after")
    def _session_of_code(self) -> Self:
        if self.version is not None and self.session is not None:
            raise ValueError("a version has its session: send the session with a program only")
        return self


class AskTurn(_Work):
    """A request, or feedback on what there is."""

    prompt: Prompt
    parent: Ref | None = None
    """The turn that it goes on from; None for the newest one of the branch that is worked on."""
    base: Ref | None = None
    """The version to change; None for the last good one."""
    model: Named | None = None
    output: Annotated[str, StringConstraints(max_length=_PROMPT), _Text] = ""
    """What the program printed that is to be mended: the model is shown it as data."""

    def options(self) -> dict[str, Any]:
        """What a job has to know beside the turn."""
        return super().options() | ({"output": self.output} if self.output else {})


class AskRepair(_Ask):
    """A program that is to be mended until its tests pass."""

    tests: Code = ""
    cases: Cases = ()
    rounds: int = Field(3, ge=1, le=8)
    model: Named | None = None


class AskSuggest(_Trial):
    """A program for which a model is to propose tests."""

    model: Named | None = None


class AskTurnAgain(_Work):
    """The same turn once more, as a branch beside it."""

    prompt: Prompt | None = None
    """Another prompt in its place."""
    model: Named | None = None


class AskSave(_Ask):
    """A program as the user edited it."""

    code: Code
    base: Ref | None = None
    """The version that was edited; None where there was none."""


class AskRestore(_Ask):
    """An earlier version that is to be worked on again."""

    base: Ref | None = None
    """The version worked on so far."""


class AskRun(_Trial):
    """A program to run in the sandbox."""

    stdin: Code = ""
    args: Annotated[tuple[Line, ...], Field(max_length=50)] = ()
    wall_s: float = Field(10.0, gt=0, le=120)
    memory_mb: int = Field(512, ge=16, le=4096)


class AskTest(_Trial):
    """A program to test in the sandbox."""

    tests: Code = ""
    cases: Cases = ()


Tags = Annotated[tuple[Tag, ...], Field(max_length=20)]


class AskSnippet(_Program):
    """A program to keep; where a version is named, where it comes from is kept as well."""

    title: Annotated[Line, Field(min_length=1)]
    tags: Tags = ()


class AskSnippetChange(_Ask):
    """What is to change of a snippet."""

    title: Annotated[Line, Field(min_length=1)] | None = None
    tags: Tags | None = None
    revision: int | None = None
