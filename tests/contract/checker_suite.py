"""The contract of the `Checker` and `Reader` seams: a filler subclasses `CheckerSuite` with its own case."""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import cast

import pytest

from holdfast.core.audits import AuditReport
from holdfast.core.documents import Hole, HoleKind, Source
from holdfast.core.errors import SourceError, UserError
from holdfast.core.proofs import Proof
from holdfast.core.seams import Checker, LiveReader
from holdfast.core.trajectories import Declared, Observed
from holdfast.search.replay import Broken, Meter, Played, play


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckerCase:
    """A document and what is true of it, in the language of one checker."""

    checker: Checker
    source: Source
    """Has a finished theorem, then a hole of kind ADMITTED, then a theorem with two of kind ADMIT."""
    finished: str
    """The finished theorem's name."""
    step: str
    """A step that the finished theorem's proof takes."""
    proofs: Mapping[str, Proof]
    """A proof for each hole, and another one for `finished`, by name."""
    wrong: Proof
    """Not a proof for the first hole."""
    unreadable: Source
    """Stops being a document, or being accepted, on line 2."""
    changed: tuple[str, str]
    """A text in the source and what makes another theorem of it, which the same proofs prove."""
    assumed: tuple[str, str]
    """A text in the source and one that puts a new assumption before it, which the next one uses."""
    uses_assumption: Proof
    """A proof for the first hole by that new assumption."""


class CheckerSuite:
    """Every filler passes these; subclass it with a `case` fixture."""

    @pytest.fixture
    def case(self) -> CheckerCase:
        raise NotImplementedError

    @pytest.mark.asyncio
    async def test_a_checker_says_who_it_is(self, case: CheckerCase) -> None:
        identity = await case.checker.identity()
        assert identity.tool
        assert identity.version
        assert identity == await case.checker.identity()

    def test_holes_are_found_in_order_and_in_place(self, case: CheckerCase) -> None:
        holes = case.checker.holes(case.source)
        assert [hole.name for hole in holes] == [name for name in case.proofs if name != case.finished]
        assert [hole.kind for hole in holes] == [HoleKind.ADMITTED, HoleKind.ADMIT, HoleKind.ADMIT]
        ends = [0]
        for hole in holes:
            assert ends[-1] <= hole.start < hole.end <= len(case.source.text)
            before = case.source.text[: _first_word(case.source, hole)]
            assert (hole.line, hole.column) == (before.count("\n") + 1, len(before) - before.rfind("\n"))
            ends.append(hole.end)

    def test_named_theorems_are_holes_proved_or_not(self, case: CheckerCase) -> None:
        (hole,) = case.checker.holes(case.source, [case.finished])
        assert (hole.name, hole.kind) == (case.finished, HoleKind.NAMED)
        theorems = list(dict.fromkeys(_theorem(name) for name in case.proofs))
        everything = case.checker.holes(case.source, theorems)
        assert sorted(hole.name for hole in everything) == sorted(theorems)
        assert [hole.start for hole in everything] == sorted(hole.start for hole in everything)

    def test_an_unknown_theorem_is_the_users_mistake(self, case: CheckerCase) -> None:
        with pytest.raises(UserError, match="no_such_theorem"):
            case.checker.holes(case.source, ["no_such_theorem"])

    @pytest.mark.asyncio
    async def test_what_is_no_document_is_refused_at_its_place(self, case: CheckerCase) -> None:
        with pytest.raises(SourceError) as caught:
            async with case.checker.open(case.unreadable) as reader:
                await reader.finish()
        assert (caught.value.file, caught.value.line) == (case.unreadable.name, 2)

    @pytest.mark.asyncio
    async def test_each_hole_opens_on_a_goal_that_its_proof_closes(self, case: CheckerCase) -> None:
        async with case.checker.open(case.source) as reader:
            for hole in case.checker.holes(case.source):
                session = await reader.enter(hole)
                assert session.root.subgoals
                played = await play(session, session.root, case.proofs[hole.name], Meter())
                assert isinstance(played, Played), (hole.name, played)
            await reader.finish()

    @pytest.mark.asyncio
    async def test_a_wrong_proof_does_not_play(self, case: CheckerCase) -> None:
        async with case.checker.open(case.source) as reader:
            session = await reader.enter(case.checker.holes(case.source)[0])
            assert isinstance(await play(session, session.root, case.wrong, Meter()), Broken)

    @pytest.mark.asyncio
    async def test_a_later_hole_can_be_entered_first(self, case: CheckerCase) -> None:
        hole = case.checker.holes(case.source)[-1]
        async with case.checker.open(case.source) as reader:
            session = await reader.enter(hole)
            played = await play(session, session.root, case.proofs[hole.name], Meter())
        assert isinstance(played, Played)

    @pytest.mark.asyncio
    async def test_reading_tells_names_and_steps_once(self, case: CheckerCase) -> None:
        told: list[Observed | Declared] = []
        async with case.checker.open(case.source, told.append) as reader:
            await reader.enter(case.checker.holes(case.source)[0])
            early = list(told)
            await reader.finish()
        assert case.finished in {item.name.split(".")[-1] for item in early if isinstance(item, Declared)}
        steps = [item for item in early if isinstance(item, Observed)]
        assert case.step in {item.step for item in steps}
        assert all(item.goal.subgoals for item in steps)
        names = [item.name for item in told if isinstance(item, Declared)]
        assert len(names) == len(set(names))

    def test_filling_nothing_changes_nothing(self, case: CheckerCase) -> None:
        assert case.checker.fill(case.source, {}) == case.source

    def test_filling_changes_the_holes_alone(self, case: CheckerCase) -> None:
        holes = case.checker.holes(case.source)
        filled = case.checker.fill(case.source, {hole: case.proofs[hole.name] for hole in holes}).text
        starts = [0, *(hole.end for hole in holes)]
        ends = [*(hole.start for hole in holes), len(case.source.text)]
        kept = [case.source.text[start:end] for start, end in zip(starts, ends, strict=True)]
        assert filled.startswith(kept[0])
        place = 0
        for text in kept:
            # What ends a proof may have to change with the hole: the words stay, in order.
            for word in text.split():
                if word not in _ENDS:
                    place = filled.index(word, place) + len(word)
        assert not case.checker.holes(Source(case.source.name, filled))

    @pytest.mark.asyncio
    async def test_what_is_filled_passes_the_audit(self, case: CheckerCase) -> None:
        report = await self._audit_filled(case, case.proofs)
        assert not report.problems
        assert [theorem.verdict for theorem in report.theorems] == ["proved"] * len(report.theorems)
        judged = {_short(theorem.name) for theorem in report.theorems}
        assert judged >= {_theorem(name) for name in case.proofs if name != case.finished}
        assert all(theorem.line > 0 for theorem in report.theorems)

    @pytest.mark.asyncio
    async def test_another_proof_of_a_finished_theorem_passes_the_audit(self, case: CheckerCase) -> None:
        (hole,) = case.checker.holes(case.source, [case.finished])
        filled = case.checker.fill(case.source, {hole: case.proofs[case.finished]})
        assert filled != case.source
        report = await case.checker.audit(filled, case.source)
        assert _verdict(report, case.finished) == "proved"

    @pytest.mark.asyncio
    async def test_a_hole_is_never_proved(self, case: CheckerCase) -> None:
        report = await case.checker.audit(case.source)
        assert _verdict(report, case.finished) == "proved"
        for hole in case.checker.holes(case.source):
            assert _verdict(report, _theorem(hole.name)) == "refused"

    @pytest.mark.asyncio
    async def test_a_wrong_proof_is_refused(self, case: CheckerCase) -> None:
        first = case.checker.holes(case.source)[0]
        report = await self._audit_filled(case, {**case.proofs, first.name: case.wrong})
        assert _verdict(report, _theorem(first.name)) != "proved"

    @pytest.mark.asyncio
    async def test_another_statement_is_refused(self, case: CheckerCase) -> None:
        assert case.changed[0] in case.source.text
        other = replace(case.source, text=case.source.text.replace(*case.changed))
        holes = case.checker.holes(other)
        filled = case.checker.fill(other, {hole: case.proofs[hole.name] for hole in holes})
        report = await case.checker.audit(filled, case.source)
        assert report.problems or any(theorem.verdict == "refused" for theorem in report.theorems)
        honest = await case.checker.audit(filled, other)
        assert not honest.problems
        assert all(theorem.verdict == "proved" for theorem in honest.theorems)

    @pytest.mark.asyncio
    async def test_a_new_assumption_is_refused(self, case: CheckerCase) -> None:
        assert case.assumed[0] in case.source.text
        other = replace(case.source, text=case.source.text.replace(*case.assumed))
        first = case.checker.holes(other)[0]
        filled = case.checker.fill(other, {first: case.uses_assumption})
        report = await case.checker.audit(filled, case.source)
        assert _verdict(report, _theorem(first.name)) != "proved"
        # On its own terms the same text may pass or not, but it says what it rests on.
        alone = await case.checker.audit(filled)
        assert _axioms(alone, _theorem(first.name))

    async def _audit_filled(self, case: CheckerCase, proofs: Mapping[str, Proof]) -> AuditReport:
        holes = case.checker.holes(case.source)
        filled = case.checker.fill(case.source, {hole: proofs[hole.name] for hole in holes})
        return await case.checker.audit(filled, case.source)


_ENDS = {"Admitted.", "Qed.", "admitted.", "qed.", "Proof."}


def _first_word(source: Source, hole: Hole) -> int:
    """Where the hole's own text begins, for holes that begin with white space."""
    found = re.compile(r"\S").search(source.text, hole.start)
    return found.start() if found and hole.kind is not HoleKind.NAMED else hole.start


def _theorem(hole: str) -> str:
    return hole.partition("#")[0]


def _short(name: str) -> str:
    return name.rpartition(".")[2]


def _verdict(report: AuditReport, name: str) -> str:
    """`missing` where the report does not speak of the theorem, which is no proof either."""
    found = [theorem.verdict for theorem in report.theorems if _short(theorem.name) == name]
    return found[0] if found else "missing"


def _axioms(report: AuditReport, name: str) -> Sequence[str]:
    return next(theorem.axioms for theorem in report.theorems if _short(theorem.name) == name)


class LiveReaderSuite:
    """Fillers of `LiveReader` pass these too, on the same case."""

    @pytest.mark.asyncio
    async def test_a_place_in_a_proof_opens_on_what_is_left_there(self, case: CheckerCase) -> None:
        offset = case.source.text.index(case.step)
        async with _open_live(case) as reader:
            before = await reader.enter_at(case.source, offset)
            assert before.root.subgoals
            again = await reader.enter_at(case.source, offset + 1)
            assert again.root == before.root

    @pytest.mark.asyncio
    async def test_places_are_visited_in_any_order(self, case: CheckerCase) -> None:
        holes = case.checker.holes(case.source)
        first, last = holes[0].start, case.source.text.index(case.step)
        async with _open_live(case) as reader:
            seen = []
            for offset in (first, last, first, last):
                session = await reader.enter_at(case.source, offset)
                seen.append(session.root)
                assert session.root.subgoals
        assert seen[:2] == seen[2:]

    @pytest.mark.asyncio
    async def test_what_stands_behind_the_place_does_not_matter(self, case: CheckerCase) -> None:
        offset = case.source.text.index(case.step)
        torn = Source(case.source.name, case.source.text[:offset] + "((( no such thing at all")
        async with _open_live(case) as reader:
            whole = await reader.enter_at(case.source, offset)
            root = whole.root
            assert (await reader.enter_at(torn, offset)).root == root
            assert (await reader.enter_at(torn, len(torn.text))).root == root

    @pytest.mark.asyncio
    async def test_a_changed_text_is_read_as_it_is_now(self, case: CheckerCase) -> None:
        other = replace(case.source, text=case.source.text.replace(*case.changed))
        offset = case.source.text.index(case.changed[0]) + len(case.changed[0]) + 1
        async with _open_live(case) as reader:
            old = (await reader.enter_at(case.source, offset)).root
            new = (await reader.enter_at(other, offset + len(case.changed[1]) - len(case.changed[0]))).root
            assert old.subgoals
            assert new.subgoals != old.subgoals
            assert (await reader.enter_at(case.source, offset)).root == old

    @pytest.mark.asyncio
    async def test_outside_of_proofs_there_is_nothing_to_open(self, case: CheckerCase) -> None:
        async with _open_live(case) as reader:
            for offset in (0, len(case.source.text)):
                with pytest.raises(UserError, match="no proof is open"):
                    await reader.enter_at(case.source, offset)
            assert (await reader.enter_at(case.source, case.source.text.index(case.step))).root.subgoals

    @pytest.mark.asyncio
    async def test_a_text_that_is_not_accepted_can_be_mended(self, case: CheckerCase) -> None:
        async with _open_live(case) as reader:
            with pytest.raises(SourceError) as caught:
                await reader.enter_at(case.unreadable, len(case.unreadable.text))
            assert caught.value.line == 2
            assert (await reader.enter_at(case.source, case.source.text.index(case.step))).root.subgoals

    @pytest.mark.asyncio
    async def test_a_step_is_told_once_however_often_it_is_read(self, case: CheckerCase) -> None:
        told: list[Observed | Declared] = []
        hole = case.checker.holes(case.source)[0]
        async with case.checker.open(Source(case.source.name, ""), told.append) as reader:
            live = cast("LiveReader", reader)
            await live.enter_at(case.source, hole.start)
            once = list(told)
            await live.enter_at(case.source, case.source.text.index(case.step))
            await live.enter_at(case.source, hole.start)
        assert case.step in {item.step for item in once if isinstance(item, Observed)}
        assert told[len(once) :] == []


@asynccontextmanager
async def _open_live(case: CheckerCase) -> AsyncIterator[LiveReader]:
    async with case.checker.open(Source(case.source.name, "")) as reader:
        yield cast("LiveReader", reader)
