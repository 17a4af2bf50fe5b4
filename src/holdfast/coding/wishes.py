"""Examples in what people write, as a task for the synthesiser: `f(2) == 4`, doctests, `input -> output`.

Only literals are read, and nothing is evaluated.
"""

import ast
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from holdfast.models.synthesis.task import Example, Parameter, SynthesisTask, is_plain

__all__ = ["as_program", "assertions", "wish_in"]

_CALL = re.compile(r"(?<![\w.])([A-Za-z_]\w*)\(")
_RESULT = re.compile(
    r" ?`? ?(?:==|=>|->|→|=|:? ?(?:expected|returns|gives|should be|should return|is)\b) ?`? ?"
)
_DOCTEST = re.compile(r"^[ \t]*>>>[ \t]*(.+)\n[ \t]*(?!>>>)(\S.*)$", re.MULTILINE)
_ARROW = re.compile(r"->|=>|→")
_ENDS = re.compile(r"[`,;.)\s]")
_HEADER = re.compile(r"\bdef ([A-Za-z_]\w*)(\([^()\n]*\)(?: ?-> ?[\w\[\], .|]+)?)")
_NAMED = re.compile(r"\bfunction (?:called |named )?`?([a-z_]\w*)`?")
_DULL = {
    "a",
    "an",
    "that",
    "the",
    "which",
    "to",
    "for",
    "in",
    "with",
    "of",
    "and",
    "it",
    "named",
    "called",
    "taking",
}
_LONGEST = 300
"""Characters of one example."""
_READ = 8_000
"""Characters that are looked at."""
_MOST = 40
"""Examples, and places in a line where a literal may begin or end."""
_TRIED = 100
"""Calls and arrows that are looked at: to look at all of a hostile text would take minutes."""
_NAMES = {
    str: "text",
    list: "items",
    int: "number",
    float: "value",
    dict: "mapping",
    bool: "flag",
    set: "group",
}
_ORDINALS = ("first", "second", "third", "fourth", "fifth")


@dataclass(frozen=True, slots=True)
class _Found:
    name: str
    """Empty where the example names no function."""
    args: tuple[object, ...]
    expected: object


def wish_in(texts: Sequence[str]) -> SynthesisTask | None:
    """The function that texts ask for by examples, None where there are none; later examples win."""
    whole = "\n".join(texts)[-_READ:]
    found = list(_examples(whole))[:_MOST]
    named = Counter(each.name for each in found if each.name)
    name = named.most_common(1)[0][0] if named else _called(whole)
    mine = {repr(each.args): each for each in found if each.name in {name, ""}}
    examples = [each for each in mine.values() if len(each.args) == _arity(list(mine.values()))]
    if not examples:
        return None
    parameters, returns = _signature(whole, name, examples)
    if len(parameters) != len(examples[0].args):
        parameters = _guessed(examples)
    return SynthesisTask(
        name=name,
        parameters=parameters,
        returns=returns or _kind([each.expected for each in examples]),
        examples=tuple(Example(each.args, each.expected) for each in examples),
    )


def as_program(task: SynthesisTask, body: str) -> str:
    """The function with its examples as a doctest, around a body."""
    shown = ", ".join(
        f"{each.name}: {each.annotation}" if each.annotation else each.name for each in task.parameters
    )
    arrow = f" -> {task.returns}" if task.returns else ""
    head = f"def {task.name}({shown}){arrow}:"
    lines = [f"    {line}" if line else "" for line in body.split("\n")]
    return "\n".join([head, *_docstring(task), *lines]) + "\n"


def _docstring(task: SynthesisTask) -> list[str]:
    """The examples as a doctest; nothing where they cannot stand in one."""
    shown = []
    for each in task.examples:
        shown.append(f"    >>> {task.name}({', '.join(map(repr, each.args))})")
        shown += [] if each.expected is None else [f"    {each.expected!r}"]
    text = "\n".join(shown)
    if '"""' in text:
        return []
    raw = "r" if "\\" in text else ""
    return [f'    {raw}"""What these examples show.', "", *shown, '    """']


def assertions(task: SynthesisTask, module: str) -> str:
    """The examples as a test file."""
    lines = [f"from {module} import {task.name}", ""]
    for number, each in enumerate(task.examples, 1):
        call = f"{task.name}({', '.join(map(repr, each.args))})"
        lines += ["", f"def test_{task.name}_{number}():", f"    assert {call} == {each.expected!r}", ""]
    return "\n".join(lines)


def _examples(text: str) -> Iterator[_Found]:
    for match in islice(_CALL.finditer(text), _TRIED):
        line = text[match.start() : match.start() + _LONGEST].partition("\n")[0]
        found = _compared(match[1], line)
        if found is not None:
            yield found
    for match in islice(_DOCTEST.finditer(text), _TRIED):
        call = _call_of(match[1].strip())
        value = _literal(match[2].strip())
        if call is not None and value is not None:
            yield replace(call, expected=value[0])
    for match in islice(_ARROW.finditer(text), _TRIED):
        before = text[max(match.start() - _LONGEST, 0) : match.start()].rpartition("\n")[2]
        behind = text[match.end() : match.end() + _LONGEST].partition("\n")[0]
        given, value = _trailing_literal(before.rstrip(" `")), _leading_literal(behind.lstrip(" `"))
        if given is not None and value is not None:
            yield _Found("", (given[0],), value[0])


def _compared(name: str, line: str) -> _Found | None:
    """What `name(...) == value` says at the begin of a line."""
    for at in (match.end() for match in islice(re.finditer(r"\)", line), _MOST)):
        call = _call_of(line[:at])
        if call is None or call.name != name:
            continue
        result = _RESULT.match(line, at)
        value = None if result is None else _leading_literal(line[result.end() :])
        return None if value is None else replace(call, expected=value[0])
    return None


def _call_of(text: str) -> _Found | None:
    try:
        node = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.keywords:
        return None
    values = [_literal(ast.unparse(argument)) for argument in node.args]
    if any(value is None for value in values):
        return None
    return _Found(node.func.id, tuple(value[0] for value in values if value is not None), None)


def _literal(text: str) -> tuple[object] | None:
    """The value of a literal, in a tuple as it may be None; None where it is no plain one, or several."""
    if not text or len(text) > _LONGEST:
        return None
    try:
        node = ast.parse(text.strip().strip("`"), mode="eval").body
        value = ast.literal_eval(node)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None
    if isinstance(node, ast.Tuple) and node.elts and node.elts[0].col_offset == node.col_offset:
        return None  # several literals with commas between
    return (value,) if is_plain(value) else None


def _leading_literal(text: str) -> tuple[object] | None:
    """The longest literal that a text begins with, without the punctuation of a sentence."""
    ends = {len(text), *(match.start() for match in _ENDS.finditer(text))}
    for end in sorted(ends, reverse=True)[-_MOST:]:
        found = _literal(text[:end].rstrip(" .,;:`"))
        if found is not None:
            return found
    return None


def _trailing_literal(text: str) -> tuple[object] | None:
    """The longest literal that a text ends with; the arguments of a call are none."""
    for match in list(re.finditer(r"(?<![\w./\])'\"])[-\[({'\"\w]", text))[-_MOST:]:
        found = _literal(text[match.start() :])
        if found is not None:
            return found
    return None


def _arity(found: Sequence[_Found]) -> int:
    return Counter(len(each.args) for each in found).most_common(1)[0][0] if found else 0


def _called(text: str) -> str:
    """The name that a text gives the function."""
    header = _HEADER.search(text)
    if header is not None:
        return header[1]
    return next((match[1] for match in _NAMED.finditer(text) if match[1] not in _DULL), "solve")


def _signature(text: str, name: str, examples: Sequence[_Found]) -> tuple[tuple[Parameter, ...], str | None]:
    for match in _HEADER.finditer(text):
        if match[1] != name:
            continue
        try:
            node = ast.parse(f"def {name}{match[2].rstrip(' .')}: ...").body[0]
        except (SyntaxError, ValueError):
            continue
        if isinstance(node, ast.FunctionDef):
            given = [(each.arg, each.annotation) for each in (*node.args.posonlyargs, *node.args.args)]
            returns = None if node.returns is None else ast.unparse(node.returns)
            return tuple(
                Parameter(each, None if kind is None else ast.unparse(kind)) for each, kind in given
            ), returns
    return _guessed(examples), None


def _guessed(examples: Sequence[_Found]) -> tuple[Parameter, ...]:
    columns = list(zip(*(each.args for each in examples), strict=True))
    if len(columns) == 1:
        return (Parameter(_NAMES.get(type(columns[0][0]), "value"), _kind(columns[0])),)
    names = [_ORDINALS[at] if at < len(_ORDINALS) else f"value{at + 1}" for at in range(len(columns))]
    return tuple(Parameter(name, _kind(column)) for name, column in zip(names, columns, strict=True))


def _kind(values: Sequence[object]) -> str | None:
    """The annotation that all values fit, None where they have no type in common."""
    kinds = {type(value) for value in values}
    if kinds == {int, float}:
        return "float"
    if len(kinds) != 1:
        return None
    kind = kinds.pop()
    if kind in {list, set}:
        inner = _kind([item for value in values for item in value])  # type: ignore[attr-defined]
        return f"{kind.__name__}[{inner}]" if inner else kind.__name__
    return "None" if kind is type(None) else kind.__name__
