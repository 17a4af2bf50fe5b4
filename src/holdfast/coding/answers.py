"""What of a model's answer is kept: pure functions on text. Nothing here runs anything.

An answer is data that somebody hostile may have shaped. Its program is found by fences and judged by a
parser; whether it is a refusal is said in a block whose name no user can guess, never by a word in the text.
"""

import json
from collections.abc import Sequence
from dataclasses import replace

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from holdfast.coding.asking import Asked
from holdfast.coding.edits import MisfitError, apply, changes_in
from holdfast.coding.fences import Block, blocks_in, outside_of, up_to_last
from holdfast.coding.languages import Language
from holdfast.coding.parsing import check, is_plausible
from holdfast.coding.records import Answer, Finding, Limits, Refusal, RefusalKind
from holdfast.coding.scanning import scan

__all__ = ["json_in", "misfit_in", "read_answer"]

_EDITS = {"edit", "edits", "diff", "patch", "search-replace"}
_SAID = 2_000
_MOST_BLOCKS = 8
"""How many blocks are looked at for a program that can be read."""


class _Refused(BaseModel):
    """What a block of a refusal holds."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    reason: str = "other"
    message: str = Field(min_length=1)


def read_answer(
    text: str,
    asked: Asked,
    language: Language,
    *,
    reference: str | None = None,
    limits: Limits | None = None,
    cut: bool = False,
) -> Answer:
    """What an answer comes to.

    Args:
        text: the whole answer.
        asked: what was asked: its words tell refusals and leaks.
        language: what the program is to be written in.
        reference: the program that changes are made to, None where the program is new.
        limits: how long a program may be.
        cut: whether the model was stopped before its end.
    """
    limits = limits or Limits()
    visible = _visible(text)
    blocks = blocks_in(visible)
    said = outside_of(visible, blocks)[:_SAID]
    refusal = _leak(visible, asked) or _refusal(blocks, asked)
    if refusal is not None:
        return Answer(refusal=refusal, text=text, said="" if refusal.kind == "leak" else said)
    answer = _changed(visible, blocks, reference, language) if reference is not None else None
    answer = answer or _whole(visible, blocks, language, fresh=reference is None)
    if answer is None:
        return Answer(refusal=_without_code(said), text=text, said=said)
    return replace(_judged(answer, language, blocks, limits, cut=cut), text=text, said=said)


def misfit_in(text: str, reference: str) -> str:
    """Why the changes of an answer do not fit, a clause; empty where they do, or there are none."""
    changes = changes_in(_visible(text))
    try:
        if changes:
            apply(changes, reference)
    except MisfitError as error:
        return str(error)
    return ""


def json_in(text: str) -> object:
    """What the first block of JSON of an answer holds, or an answer that is JSON; None where none is."""
    visible = _visible(text)
    blocks = blocks_in(visible)
    for inside in [*(each.text for each in blocks if each.info in {"json", ""}), visible]:
        try:
            found: object = json.loads(inside)
        except (ValueError, RecursionError):
            continue
        return found
    return None


def _visible(text: str) -> str:
    """The answer without the thoughts that some models write before it, lines ended as everywhere."""
    return text.rpartition("</think>")[2].replace("\r\n", "\n")


def _leak(text: str, asked: Asked) -> Refusal | None:
    if asked.canary in text or f"<<{asked.mark}" in text:
        return Refusal("leak", "the model repeated its instructions instead of answering; ask again")
    return None


def _refusal(blocks: Sequence[Block], asked: Asked) -> Refusal | None:
    for block in blocks:
        if block.info != f"refusal-{asked.mark}":
            continue
        try:
            said = _Refused.model_validate(json.loads(block.text))
        except (ValueError, ValidationError, RecursionError):
            return Refusal("other", "the model refuses, and does not say why")
        kinds: dict[str, RefusalKind] = {
            "unclear": "unclear", "impossible": "impossible", "unsafe": "unsafe", "harm": "unsafe",
        }  # fmt: skip
        return Refusal(kinds.get(said.reason, "other"), " ".join(said.message.split())[:500])
    return None


def _without_code(said: str) -> Refusal:
    said = " ".join(said.split())[:300]
    return Refusal("empty", f"there is no program in the answer{f', which says: {said}' if said else ''}")


def _changed(text: str, blocks: Sequence[Block], reference: str, language: Language) -> Answer | None:
    """The reference with the changes of the answer, None where it holds none that fit."""
    if not any(block.info in _EDITS for block in blocks) and _named(blocks, language):
        # A whole program that shows such marks in a text is no list of changes.
        return None
    changes = changes_in(text)
    if not changes:
        return None
    try:
        code, edits = apply(changes, reference)
    except MisfitError:
        return None
    return Answer(code=code, edits=edits)


def _named(blocks: Sequence[Block], language: Language) -> list[Block]:
    """The blocks that say they are programs of the language; changes are none, whatever they say."""
    return [block for block in blocks if block.info in language.fences and _is_program(block)]


def _is_program(block: Block) -> bool:
    return bool(block.text.strip()) and not block.text.lstrip().startswith("<<<<<<<")


def _whole(text: str, blocks: Sequence[Block], language: Language, *, fresh: bool) -> Answer | None:
    """The program that an answer holds in full."""
    named = _named(blocks, language)
    others = [block for block in blocks if not block.info and _is_program(block)]
    candidates = [block.text for block in sorted(named or others, key=lambda each: -len(each.text))]
    if not candidates and not blocks and is_plausible(text, language):
        candidates = [f"{text.strip()}\n"]
    if not candidates and fresh:
        candidates = [block.text for block in blocks if _is_program(block) and not _is_data(block)][:1]
    # Where no block can be read, fences inside of the program may have cut it.
    spans = [up_to_last(text, block) for block in named[:1]]
    sound = (code for code in [*candidates[:_MOST_BLOCKS], *spans] if check(code, language) is None)
    code = next(sound, candidates[0] if candidates else None)
    return None if code is None else Answer(code=code)


def _is_data(block: Block) -> bool:
    return block.info in _EDITS | {"json", "text", "output", "console"} or block.info.startswith("refusal")


def _judged(
    answer: Answer, language: Language, blocks: Sequence[Block], limits: Limits, *, cut: bool
) -> Answer:
    """The answer with what there is to say of its program."""
    findings: list[Finding] = []
    open_ended = bool(blocks) and not blocks[-1].closed
    if len(answer.code) > limits.code_chars:
        message = (
            f"the program has {len(answer.code)} characters, more than the {limits.code_chars} that are kept"
        )
        return Answer(refusal=Refusal("other", message))
    syntax = check(answer.code, language)
    if cut:
        message = "the answer was cut off at its limit, so that the program is likely not whole"
        findings.append(Finding("truncated", "error" if open_ended or syntax else "warning", message))
    elif open_ended and syntax is not None:
        message = "the answer ends in the middle of the program"
        findings.append(Finding("truncated", "error", message))
    findings += [] if syntax is None else [syntax]
    findings += scan(answer.code)
    return replace(answer, findings=tuple(findings))
