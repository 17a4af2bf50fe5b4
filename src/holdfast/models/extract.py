"""The step in what a model wrote, and steps that are none: pure functions on text.

What is banned here is never offered. It is a first sieve: the checker's own guard and the audit judge.
"""

import re
import textwrap
from collections.abc import Iterator, Sequence
from typing import Literal, TypeAlias

from holdfast.models.prompts import Language

__all__ = ["Take", "is_banned", "steps_in"]

Take: TypeAlias = Literal["all", "line", "sentence", "block"]

_FENCE = re.compile(r"```[^\n`]*\n(.*?)(?:\n[ \t]*```|\Z)", re.DOTALL)
_SENTENCE = re.compile(
    r'(?:"(?:[^"]|"")*"|\(\*(?:[^*]|\*(?!\)))*\*\)|\.(?=[^\s.])|[^."(]|\((?!\*))+?(?:\.(?:\.\.)?(?=\s|\Z)|\Z)',
    re.DOTALL,
)
_COMMENT = re.compile(r"\(\*.*?\*\)", re.DOTALL)
_BULLET = re.compile(r"[-+*]+(?=\s)|[{}]")
_OPENS = re.compile(r"(?:\b(?:by|do|where|with|calc)|=>|:=|<;>|[,(\[⟨])\Z")
_DOT = re.compile(r"\A(?:[·•]|<;>)\s*")
_LONGEST = 20_000
_ODD = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd]")
"""Control characters and the mark of undecodable bytes: pieces of tokens, not of a step."""

_BANNED = {
    "rocq": re.compile(
        r"(?<![\w'])(?:[Aa]dmit|Admitted|give_up|sorry|\w+_no_check)(?![\w'])|"
        r"^(?:Qed|Defined|Abort|Proof|Goal|Theorem|Lemma|Axiom|Parameter|Conjecture|Hypothesis|Variable|"
        r"Definition|Fixpoint|Require|Import|Export|From|Set|Unset|Check|Print|Search|Eval|Compute|Ltac|"
        r"Notation|Section|Module|End|Declare|Add|Load|Redirect|Extraction|Drop|Quit)(?![\w'])"
    ),
    "lean": re.compile(
        r"(?<![\w'.])(?:sorry|admit|sorryAx|cheat)(?![\w'])|"
        r"^(?:theorem|lemma|example|axiom|def|abbrev|instance|import|namespace|section|end|macro|macro_rules|"
        r"elab|syntax|notation|attribute|unsafe|opaque|initialize|run_cmd|#\w+|@\[)(?![\w'])"
    ),
    "python": re.compile(r"^(?:\.\.\.|pass|raise NotImplementedError(?:\(.*\))?)$"),
}


def is_banned(step: str, language: Language) -> bool:
    """Whether a step skips its goal, or is a command in a step's place."""
    return _BANNED[language].search(step) is not None


def steps_in(text: str, take: Take, language: Language) -> tuple[str, ...]:
    """The steps in a text, in order, each stripped; `text` begins with the prefix that was asked for.

    More than one come back only where sentences are taken. Empty where there is nothing to take, or where
    what is there is no text that anybody wrote: too long, or with control characters.
    """
    fenced = _FENCE.search(text)
    if fenced is not None:
        text = fenced[1]
    elif take == "block":
        text = re.sub(r"\A\s*`([^`\n]+)`\s*\Z", r"\1", text)
    if len(text) > _LONGEST or _ODD.search(text):
        return ()
    if language == "rocq":
        return _sentences(text)[: None if take == "sentence" else 1]
    if language == "python":
        body = textwrap.dedent(text.expandtabs(4)).strip()
        return (body,) if body else ()
    return _lean(text, take)


def _sentences(text: str) -> tuple[str, ...]:
    """Without comments, final periods, bullets: a step stands for one sentence of the first subgoal."""
    found = []
    for match in _SENTENCE.finditer(_COMMENT.sub(" ", text)):
        sentence = " ".join(match[0].split())
        while bullet := _BULLET.match(sentence):
            sentence = sentence[bullet.end() :].lstrip()
        sentence = sentence.rstrip(".").rstrip()
        if sentence and sentence != "Proof":
            found.append(sentence)
    return tuple(found)


def _lean(text: str, take: Take) -> tuple[str, ...]:
    lines = text.strip("\n").rstrip().split("\n")
    if take == "line":
        lines = [lines[0], *_block(lines)]
    step = _DOT.sub("", textwrap.dedent("\n".join(lines)).strip())
    return (step,) if step else ()


def _block(lines: Sequence[str]) -> Iterator[str]:
    """The lines that the first one opens. Where it began is not known: the prompt may have indented it."""
    if len(lines) < 2 or not _OPENS.search(lines[0].rstrip()):
        return
    depth = _indent(lines[1])
    for line in lines[1:]:
        if not line.strip() or _indent(line) < depth:
            return
        yield line


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
