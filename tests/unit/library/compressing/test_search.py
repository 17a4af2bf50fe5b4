"""What is found in programs, by our search and by Stitch."""

import random
import sys
from dataclasses import replace

import pytest

from holdfast.core.errors import MissingToolError
from holdfast.library.compressing.corpus import Corpus, Gatherer
from holdfast.library.compressing.naming import Said, Speech
from holdfast.library.compressing.pieces import Pieces
from holdfast.library.compressing.search import Found, SearchSettings, Window, search
from holdfast.library.compressing.stitch import search_with_stitch
from holdfast.library.compressing.terms import Terms
from holdfast.library.compressing.writing import signatures, write
from holdfast.library.records import Program, Sources, Task, TaskStep

KNOWN = frozenset({"range", "print", "ring", "draw", "Tile", "color"})
LIBRARY = Sources("base", {"base/__init__.py": "def ring(center: int, size: int) -> int: ...\n"})


def programs(*texts: str) -> Corpus:
    """Each text is a program of a group of its own."""
    found = {f"t{at}": Program(f"t{at}", (text,)) for at, text in enumerate(texts)}
    tasks = {key: Task(key, key, [], ()) for key in found}
    return Corpus(tasks, found, LIBRARY, KNOWN, frozenset())


def found_in(corpus: Corpus, *, stitch: bool = False, **settings: int) -> tuple[list[Found], Terms]:
    terms = Terms()
    windows = Gatherer(Pieces(terms, 6)).windows(corpus)
    wanted = SearchSettings.model_validate(settings)
    return (search_with_stitch if stitch else search)(windows, terms, wanted), terms


def source(found: Found, terms: Terms) -> str:
    written = write(found, terms, signatures(LIBRARY), KNOWN, (), Said())
    assert written is not None, "every pattern is a function"
    return written.source


def body(found: Found, terms: Terms) -> str:
    return source(found, terms).split('"""')[2].strip()


NESTED = [f"draw(ring(ring(ring({at}, 1), {at + 5}), 3))" for at in range(6)]


def test_the_deepest_pattern_that_all_have_is_found_first() -> None:
    found, terms = found_in(programs(*NESTED))
    assert body(found[0], terms) == "return draw(ring(ring(ring(center, 1), size), 3))"
    assert source(found[0], terms).count("center: int, size: int") == 1
    assert [len(each.windows) for each in found[:1]] == [6]


def test_what_fits_in_two_tasks_of_one_group_is_no_function() -> None:
    corpus = programs(*NESTED)
    alike = {key: Task(key, "one", [], ()) for key in corpus.tasks}
    assert found_in(Corpus(alike, corpus.programs, LIBRARY, KNOWN, frozenset()))[0] == []
    assert found_in(programs(NESTED[0]))[0] == []
    assert found_in(corpus, tasks=7)[0] == []


def test_statements_give_back_what_is_read_later() -> None:
    texts = [
        f"{name} = Tile({at}, 7)\ndraw({name})\ndraw(ring({name}, 3))\ndraw(ring({name}, {at}))\n"
        + (f"print({name})" if at % 2 else "print(1)")
        for at, name in enumerate(("a", "b", "it", "spot", "x"), start=2)
    ]
    found, terms = found_in(programs(*texts))
    lines = body(found[0], terms).splitlines()
    assert [each.strip() for each in lines] == [
        "result = Tile(size, 7)",
        "draw(result)",
        "draw(ring(result, 3))",
        "draw(ring(result, size))",
        "return result",
    ]
    assert len(found[0].windows) == 5, "where nobody reads it, it is given back all the same"


def test_the_same_programs_give_the_same_functions_in_any_order() -> None:
    first = programs(*NESTED, *NESTED[:2])
    mixed = list(first.programs.items())
    random.Random(1).shuffle(mixed)
    again = Corpus(dict(reversed(first.tasks.items())), dict(mixed), LIBRARY, KNOWN, frozenset())
    texts = [[source(each, terms) for each in found] for found, terms in map(found_in, (first, again))]
    assert texts[0] == texts[1]


def test_thin_wrappers_need_many_uses() -> None:
    few = [f"print(ring({at}, 'a long one'))" for at in range(4)]
    assert [body(each, terms) for found, terms in [found_in(programs(*few))] for each in found] == [
        "return print(ring(center, 'a long one'))"
    ]
    thin = [f"x = ring({at}, 'a long one')" for at in range(30)]
    assert found_in(programs(*thin[:20]))[0] == []
    assert found_in(programs(*thin))[0] != []


def test_what_cannot_be_an_argument_is_none() -> None:
    bound = [f"draw([ring(x, {at}) + ring(x, 9) for x in range(7) if print(x, {at})])" for at in range(5)]
    found, terms = found_in(programs(*bound))
    assert body(found[0], terms) == (
        "return draw([ring(each, size) + ring(each, 9) for each in range(7) if print(each, size)])"
    )
    called = [f"draw({name}(1, 2, 3, 4), {name}(1, 2, 3, 4))" for name in ("ring", "Tile", "range")]
    assert found_in(programs(*called))[0] == [], "what is called is no argument"


def test_stitch_finds_expressions_that_are_functions() -> None:
    pytest.importorskip("stitch_core")
    found, terms = found_in(programs(*NESTED), stitch=True)
    assert body(found[0], terms) == "return draw(ring(ring(ring(center, 1), size), 3))"
    names = [f"y{at} = ring(ring(v{at}, {at}), Tile(7, 8, {at})) + 1" for at in range(6)]
    found, terms = found_in(programs(*names), stitch=True)
    for each in found:
        assert "def " in source(each, terms)
    assert body(found[0], terms) == "return ring(ring(center, size), Tile(7, 8, size)) + 1"


def test_without_stitch_its_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "stitch_core", None)
    with pytest.raises(MissingToolError, match=r"pip install 'holdfast\[library\]'"):
        found_in(programs(*NESTED), stitch=True)


def test_names_are_words_that_only_its_instructions_have() -> None:
    said = ["Draw a small flower.", "Draw the flower in red!", "A flower again.", *["Draw a line."] * 4]
    tasks = {f"t{at}": Task(f"t{at}", f"g{at}", [], (TaskStep(text, []),)) for at, text in enumerate(said)}
    speech = Speech(tasks)
    flowers = [Window(f"t{at}", f"g{at}", (at, 0), frozenset()) for at in range(3)]
    found = speech.of(flowers)
    assert (found.words, found.instruction) == (("flower",), "A flower again.")
    assert speech.of([replace(flowers[0], piece=7)]) == Said()
    hostile = Task("t0", "g", [], (TaskStep('"""\\n\n>>> evil(){x}\t`', []),))
    assert Speech({"t0": hostile}).of(flowers[:1]).instruction == "n >>> evil()x"
