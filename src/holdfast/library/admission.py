"""Whether a function may stand in a library: it parses, is typed, harmless, and its examples hold."""

import ast
import builtins
import doctest
from collections.abc import Iterator, Sequence

from holdfast.library.banned import objection, parsed
from holdfast.library.definitions import Definition, definition_in, exported, functions_of, with_function
from holdfast.library.records import Candidate, Refusal, Sources
from holdfast.library.running import Runner, Shown

__all__ = ["RULES", "admit", "examples_of"]

RULES = ("parses", "named", "typed", "harmless", "loads", "examples")
"""What can refuse a candidate here, in the order in which it is looked at."""
_MOST = 50
_CHECKER = doctest.OutputChecker()
_FLAGS = doctest.NORMALIZE_WHITESPACE


class _ObjectionError(Exception):
    """A rule that a candidate breaks."""

    def __init__(self, rule: str, detail: str) -> None:
        super().__init__(rule, detail)
        self.rule = rule
        self.detail = detail


async def admit(candidate: Candidate, library: Sources, runner: Runner) -> tuple[Sources, Refusal | None]:
    """The library with a candidate in it; or the library as it was, and the rule that refused it.

    A candidate takes the place of a function of its name only where it names it as its parent; the examples
    of all that was learned have to hold then. Examples are run in the sandbox, and what they show is compared
    outside. Raises InfrastructureError where the sandbox fails.
    """
    try:
        extended, examples = _read(candidate, library, runner)
        await _try(examples, extended, runner)
        if candidate.name in functions_of(library):
            for name, text in functions_of(extended).items():
                await _try(_parsed(definition_in(text, name)), extended, runner)
    except _ObjectionError as error:
        return library, Refusal(candidate.name, candidate.proposer, error.rule, error.detail)
    return extended, None


def examples_of(definition: Definition) -> list[doctest.Example]:
    """The examples of a docstring, those of methods with them. Raises ValueError where one is broken."""
    found: list[doctest.Example] = []
    for node in ast.walk(definition):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and (text := ast.get_docstring(node)):
            found += doctest.DocTestParser().get_examples(text)
    return found


def _read(candidate: Candidate, library: Sources, runner: Runner) -> tuple[Sources, list[doctest.Example]]:
    """What the text alone tells."""
    name, foundation = candidate.name, runner.begun
    try:
        definition = definition_in(candidate.source, name)
        extended = with_function(library, foundation, candidate.source, name)
    except ValueError as error:
        raise _ObjectionError("parses", str(error)) from error
    if name in exported(foundation) or (name in functions_of(library) and candidate.parent != name):
        raise _ObjectionError("named", f"{name} is in the library already")
    if name in {*dir(builtins), *runner.foundation.given}:
        raise _ObjectionError("named", f"programs know {name} as something else")
    for detail in _untyped(definition):
        raise _ObjectionError("typed", detail)
    modules = {library.module, foundation.module, *runner.allowed}
    if said := objection(parsed(candidate.source), modules):
        raise _ObjectionError("harmless", said)
    return extended, _examples(definition)


async def _try(examples: Sequence[doctest.Example], library: Sources, runner: Runner) -> None:
    """Run the examples of one function."""
    _judge(examples, await runner.show([example.source for example in examples], library))


def _parsed(definition: Definition) -> list[doctest.Example]:
    try:
        return examples_of(definition)
    except ValueError as error:
        raise _ObjectionError("examples", str(error)) from error


def _examples(definition: Definition) -> list[doctest.Example]:
    examples = _parsed(definition)
    calls = [definition.name in _names(each.source) for each in examples]
    # What draws returns nothing: a later example may show what came of the call.
    if not any(each.want.strip() and any(calls[:at]) for at, each in enumerate(examples, 1)):
        raise _ObjectionError(
            "examples", f"it has no example that calls {definition.name} and shows what comes"
        )
    if len(examples) > _MOST:
        raise _ObjectionError("examples", f"it has {len(examples)} examples, more than {_MOST}")
    return examples


def _names(source: str) -> set[str]:
    try:
        tree = parsed(source)
    except ValueError as error:
        raise _ObjectionError("examples", f"an example does not parse ({error})") from error
    if said := objection(tree, ()):
        raise _ObjectionError("harmless", f"in an example, {said}")
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _untyped(definition: Definition) -> Iterator[str]:
    """Which parameters and results have no type."""
    for node in ast.walk(definition):
        if not isinstance(node, ast.FunctionDef):
            continue
        given = node.args
        named = [*given.posonlyargs, *given.args, *given.kwonlyargs]
        named += [each for each in (given.vararg, given.kwarg) if each is not None]
        for at, each in enumerate(named):
            if each.annotation is None and not (at == 0 and each.arg in {"self", "cls"}):
                yield f"the parameter {each.arg} of {node.name} has no type"
        if node.returns is None:
            yield f"{node.name} does not say what type it returns"


def _judge(examples: Sequence[doctest.Example], shown: Shown) -> None:
    """Compare what the examples showed with what they say."""
    if shown.fault and shown.is_loading:
        raise _ObjectionError("loads", shown.fault.message)
    for example, printed in zip(examples, shown.printed, strict=False):
        if not _CHECKER.check_output(_wanted(example), printed, _flags(example)):
            said = f"{example.source.strip()!r} gives {printed.strip()!r}, not {example.want.strip()!r}"
            raise _ObjectionError("examples", said[:1000])
    if shown.fault:
        raise _ObjectionError("examples", f"{shown.fault.cause}: {shown.fault.message}")
    if len(shown.printed) != len(examples):
        raise _ObjectionError("examples", f"only {len(shown.printed)} of {len(examples)} examples ran")


def _flags(example: doctest.Example) -> int:
    return _FLAGS | sum(flag for flag, is_set in example.options.items() if is_set)


def _wanted(example: doctest.Example) -> str:
    """What is to be printed; for an exception, its last line."""
    return example.exc_msg if example.exc_msg is not None else example.want
