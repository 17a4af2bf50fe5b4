"""The XML protocol of coqidetop: calls to bytes, bytes to answers, messages and goals. Pure functions.

All text of the other side is escaped by it, so a `<` is always markup. Rocq is started with a printing width
that no goal reaches: lines are broken only where it must, and a break is folded to one space.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from holdfast.core.errors import CheckerError
from holdfast.core.goals import Goal, Hypothesis, Subgoal

__all__ = [
    "DELIMITER",
    "GOAL",
    "INIT",
    "STATUS",
    "Answer",
    "GoalParser",
    "add",
    "answers",
    "edit_at",
    "query",
]

DELIMITER = b"</value>"
"""Ends each answer, and occurs nowhere else in it."""
INIT = b'<call val="Init"><option val="none"/></call>'
GOAL = b'<call val="Goal"><unit/></call>'
"""Executes up to the tip and asks for the goals there."""
STATUS = b'<call val="Status"><bool val="false"/></call>'
"""Executes up to the tip."""
_ADD = (
    b'<call val="Add"><pair><pair><pair><pair><string>%b</string><int>0</int></pair>'
    b'<pair><state_id val="%d"/><bool val="false"/></pair></pair><int>0</int></pair>'
    b"<pair><int>0</int><int>0</int></pair></pair></call>"
)
_QUERY = (
    b'<call val="Query"><pair><route_id val="0"/>'
    b'<pair><string>%b</string><state_id val="%d"/></pair></pair></call>'
)

_TAG = re.compile(rb"<[^>]*>")
_BREAK = re.compile(r"[ \t]*\n\s*")
_STATE = re.compile(rb'<state_id val="(\d+)"/>')
_LOCATION = re.compile(rb'\bloc_s="(\d+)" loc_e="(\d+)"')
_MESSAGE = re.compile(
    rb'<message_level val="(\w+)"/><option val="\w+"(?:/>|>.*?</option>)<richpp>(.*?)</richpp></message>',
    re.DOTALL,
)
_LISTS = re.compile(rb"<list/>|</?list>")
_HYPOTHESIS = re.compile(r"([^\s,:]+(?:, [^\s,:]+)*) (:=?) (.*)", re.DOTALL)
_COLON = re.compile(r"[(\[{}\])]|\s:\s|,|=>|:=|[^\W\d][\w'!]*|[∀∃λ]")
_BINDERS = frozenset({"fun", "forall", "exists", "exists2", "exists!", "let", "fix", "cofix", "∀", "∃", "λ"})


def _escape(text: str) -> bytes:
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    return text.encode("utf-8", "surrogateescape")


def add(sentence: str, parent: int) -> bytes:
    """The call that parses `sentence` and appends it to the tip `parent`; it is executed later."""
    return _ADD % (_escape(sentence), parent)


def edit_at(state: int) -> bytes:
    """The call that makes an ancestor of the tip the tip."""
    return b'<call val="Edit_at"><state_id val="%d"/></call>' % state


def query(text: str, state: int) -> bytes:
    """The call that executes `text` at a state and forgets its effects; what it prints comes as messages."""
    return _QUERY % (_escape(text), state)


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one call; feedback that came before it belongs to it."""

    good: bool
    raw: bytes

    @property
    def state(self) -> int:
        """The first state that the value names. Raises CheckerError when it names none."""
        found = _STATE.search(self.raw, self.raw.rfind(b"<value "))
        if found is None:
            raise CheckerError(f"Rocq gave an answer that cannot be read: {_plain(self.raw)[:200]}")
        return int(found[1])

    @property
    def error(self) -> str:
        """The message of a failure, as printed."""
        return _plain(self.raw[self.raw.rfind(b"<value ") :])

    @property
    def location(self) -> tuple[int, int] | None:
        """The bytes of the sentence that a failure points at, first and one past the last."""
        found = _LOCATION.search(self.raw, self.raw.rfind(b"<value "))
        return None if found is None else (int(found[1]), int(found[2]))

    @property
    def messages(self) -> tuple[tuple[str, str], ...]:
        """What was printed on the way: (level, text), level as `notice`, `info`, `warning` or `error`."""
        return tuple((level.decode(), _plain(text)) for level, text in _MESSAGE.findall(self.raw))


def answers(data: bytes) -> list[Answer]:
    """Split what came back for several calls. Raises CheckerError when it is not what Rocq says."""
    result = []
    for raw in data.split(DELIMITER)[:-1]:
        at = raw.rfind(b"<value ")
        good = raw.startswith(b'<value val="good"', at)
        if at < 0 or not (good or raw.startswith(b'<value val="fail"', at)):
            raise CheckerError(f"Rocq gave an answer that cannot be read: {_plain(raw)[:200]}")
        result.append(Answer(good, raw))
    return result


def _plain(markup: bytes) -> str:
    if b"<" in markup:
        markup = _TAG.sub(b"", markup)
    if b"&" in markup:
        markup = markup.replace(b"&nbsp;", b" ").replace(b"&lt;", b"<").replace(b"&gt;", b">")
        markup = markup.replace(b"&quot;", b'"').replace(b"&apos;", b"'").replace(b"&#39;", b"'")
        markup = markup.replace(b"&amp;", b"&")
    return markup.decode("utf-8", "replace")


class GoalParser:
    """Reads goals; remembers the sequents it has read, since most of them come again and again."""

    def __init__(self, memory: int = 20_000) -> None:
        """Remember at most about `memory` pieces of text."""
        self._memory = memory
        self._hypotheses: dict[bytes, tuple[Hypothesis, ...]] = {}
        self._texts: dict[bytes, str] = {}

    def goal(self, answer: Answer) -> Goal | None:
        """The goals in the answer to `GOAL`, None outside proofs. Raises CheckerError on nonsense."""
        raw = answer.raw
        start = raw.find(b"<goals>")
        if start < 0:
            return None
        body = raw[start + 7 : raw.rfind(b"</goals>")]
        if body.endswith(b"<list/><list/><list/>"):
            return Goal(self._subgoals(body))
        parts = list(_top_lists(body))
        if len(parts) != 4:
            raise CheckerError("Rocq gave goals that cannot be read")
        levels = tuple(self._level(pair) for pair in parts[1].split(b"<pair>")[1:])
        return Goal(self._subgoals(parts[0]), levels, self._subgoals(parts[2]), self._subgoals(parts[3]))

    def _level(self, pair: bytes) -> tuple[Subgoal, ...]:
        before, after = list(_top_lists(pair))
        return (*reversed(self._subgoals(before)), *self._subgoals(after))

    def _subgoals(self, markup: bytes) -> tuple[Subgoal, ...]:
        return tuple(map(self._subgoal, markup.split(b"<goal><string>")[1:]))

    def _subgoal(self, markup: bytes) -> Subgoal:
        handle = markup[: markup.find(b"<")].decode()
        if markup.startswith(b"</string><list/>", len(handle)):
            return Subgoal((), self._text(markup), handle)
        context_end = markup.find(b"</list>")
        context = markup[:context_end]
        hypotheses = self._hypotheses.get(key := context[len(handle) :])
        if hypotheses is None:
            if len(self._hypotheses) >= self._memory:
                self._hypotheses.clear()
            hypotheses = tuple(map(self._hypothesis, context.split(b"<richpp>")[1:]))
            self._hypotheses[key] = hypotheses
        return Subgoal(hypotheses, self._text(markup[context_end:]), handle)

    def _hypothesis(self, markup: bytes) -> Hypothesis:
        return parse_hypothesis(_fold(_plain(markup)))

    def _text(self, markup: bytes) -> str:
        markup = markup[markup.find(b"<richpp>") : markup.find(b"</richpp>")]
        text = self._texts.get(markup)
        if text is None:
            if len(self._texts) >= self._memory:
                self._texts.clear()
            text = self._texts[markup] = _fold(_plain(markup))
        return text


def _fold(text: str) -> str:
    return _BREAK.sub(" ", text).strip() if "\n" in text else text


def _top_lists(markup: bytes) -> Iterator[bytes]:
    depth = start = 0
    for found in _LISTS.finditer(markup):
        tag = found[0]
        if tag == b"<list/>":
            if depth == 0:
                yield b""
        elif tag == b"<list>":
            start = found.end() if depth == 0 else start
            depth += 1
        else:
            depth -= 1
            if depth == 0:
                yield markup[start : found.start()]


def parse_hypothesis(text: str) -> Hypothesis:
    """One line of a context: `a, b : T` or `x := v : T`. What has neither form becomes a nameless entry."""
    found = _HYPOTHESIS.fullmatch(text)
    if found is None:
        return Hypothesis((), text)
    names = tuple(found[1].split(", "))
    if found[2] == ":":
        return Hypothesis(names, found[3])
    body, type_ = _split_cast(found[3])
    return Hypothesis(names, type_, body)


def _split_cast(text: str) -> tuple[str, str]:
    """Cut `v : T` at the colon that is in no bracket and belongs to no binder."""
    depth = binders = 0
    for found in _COLON.finditer(text):
        mark = found[0]
        if mark in "([{":
            depth += 1
        elif mark in ")]}":
            depth -= 1
        elif depth == 0 and mark in _BINDERS:
            binders += 1
        elif depth == 0 and mark in {",", "=>", ":="}:
            binders = max(0, binders - 1)
        elif depth == 0 and binders == 0 and mark.strip() == ":":
            return text[: found.start()], text[found.end() :]
    return text, ""
