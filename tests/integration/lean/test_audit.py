"""The audit on a real Lean: nothing dishonest is accepted, nothing honest is refused."""

import re

import pytest
from tests.lean.installation import installed

from holdfast.checkers.lean.audit import AuditSettings, audit
from holdfast.checkers.lean.checker import LeanChecker
from holdfast.checkers.lean.guard import object_to
from holdfast.core.audits import AuditReport
from holdfast.core.documents import Source
from holdfast.core.proofs import Proof
from holdfast.core.steps import Proved, Step

ORIGINAL = """namespace Work

theorem given (p q : Prop) (h : p ∧ q) : p := h.1

theorem open_one : 1 = 2 := sorry

theorem target (p q : Prop) (h : p ∧ q) : q ∧ p := by
  sorry

theorem later (p q : Prop) (h : p ∧ q) : q ∧ p := ⟨h.2, h.1⟩

private theorem hidden (p : Prop) : p → p := by
  sorry

end Work
"""

HONEST = [
    "exact ⟨h.2, h.1⟩",
    "exact ⟨h.right, given p q h⟩",
    "constructor\n  · exact h.2\n  · exact h.1",
    "constructor <;> cases h <;> assumption",
    "cases h with\n  | intro a b => exact ⟨b, a⟩",
    "have a : p := h.1\n  have b : q := h.2\n  exact ⟨b, a⟩",
    "exact ⟨h.2, by exact h.1⟩ -- not theorem, sorry",
    "/- a /- nested -/ comment: end Work -/\n  exact ⟨h.2, h.1⟩",
    "refine ⟨?_, ?_⟩\n  exact h.2\n  exact h.1",
    "first | rfl | exact ⟨h.2, h.1⟩",
    "try rfl\n  exact And.intro h.2 h.1",
    "have «sor ry» := h\n  exact ⟨«sor ry».2, h.1⟩",
    "apply And.intro\n  case right => exact h.1\n  case left => exact h.2",
    "(exact ⟨h.2, h.1⟩)",
    "cases h\n  constructor\n  all_goals assumption",
    "revert h; intro k; exact ⟨k.2, k.1⟩",
    "show q ∧ p\n  exact ⟨h.2, h.1⟩",
    "have end' := h.1; exact ⟨h.2, end'⟩",
    "exact (fun k : p ∧ q => ⟨k.2, k.1⟩) h",
    "exact ⟨h.2, (show p from h.1)⟩",
    "skip; exact ⟨h.2, h.1⟩",
]

REPLIES = [
    # Nothing, or a hole by another name.
    "sorry",
    "admit",
    "exact sorry",
    "exact sorryAx _ true",
    "exact sorryAx.{0} _ false",
    "exact @sorryAx (q ∧ p) true",
    "exact «sorry»",
    "exact «sorryAx» _ true",
    "exact (λsorry)",
    "stop exact h",
    "exact ⟨h.2, by sorry⟩",
    # What is still open, what comes later, itself.
    "exact (by cases open_one)",
    "exact absurd open_one (fun e => by cases e)",
    "exact later p q h",
    "exact target p q h",
    "exact Work.later p q h",
    "exact?",
    "apply?",
    "first | exact? | skip",
    # More than a proof.
    "exact later p q h\n\ntheorem helper : 1 = 1 := rfl",
    "exact cheat\nend Work\naxiom cheat : ∀ {p : Prop}, p\nnamespace Work",
    "exact ⟨h.2, h.1⟩\n\naxiom bad : 1 = 2",
    "trivial\n#exit",
    "trivial\nend Work\nnamespace Other",
    "exact x\n  where x := sorryAx _ true",
    "exact ⟨h.2, h.1⟩\n  private",
    "exact ⟨h.2, h.1⟩\nprotected",
    "set_option debug.skipKernelTC true in\n  exact ⟨h.2, h.1⟩",
    "@[simp] exact ⟨h.2, h.1⟩",
    "open Work in exact later p q h",
    # What swallows the rest, or leaves it hanging.
    "exact ⟨h.2, h.1⟩ /-",
    "-/ exact ⟨h.2, h.1⟩",
    "exact ⟨h.2, h.1",
    "exact (⟨h.2, h.1⟩))",
    'exact "',
    "",
    "-- exact ⟨h.2, h.1⟩",
    # Code in the checker.
    "run_tac Lean.Elab.Tactic.setGoals []",
    "exact by_elab return default",
    "native_decide",
    "decide +native",
    "exact unsafe lcProof",
    "exact lcUnreachable",
    "exact Lean.ofReduceBool _ _ rfl",
    'exact s!"{sorry}"',
    'dbg_trace "x"; exact ⟨h.2, h.1⟩',
    "decide (config := {«native» := true})",
    "exact Lean.Elab.admitGoal",
    'exact f ⁻¹\'"\'" -- "',
    "exact with_decl_name% Work.later (⟨h.2, h.1⟩)",
    "exact ⟨h.2, h.1⟩\nreprove later by exact ⟨h.1, h.2⟩",
    # Other spellings and characters that look like others.
    "ѕorry",
    "exact h.2\u200b, h.1",
    "exact\u00a0later p q h",
    "exact ⟨h.2, h.1⟩\u2028theorem u : 1 = 2 := sorry",
    "exact /--/ sorry -/ ⟨h.2, h.1⟩",
    "exact «sor\nry»",
    # Simply wrong.
    "exact ⟨h.1, h.2⟩",
    "rfl",
    "exact h",
    "decide",
    "constructor\n  · exact h.2",
    "skip",
    "exact ⟨h.2, h.1⟩\n  exact h",
    "exact no_such_lemma h",
]

FILES = [
    # Where Lean ends a comment, a name, a string or a token of the file's own elsewhere than it seems.
    "def A.t : True := trivial\naxiom bad : 1 = 2\n/--/\nnamespace A\n-/\ntheorem t : 1 = 2 := bad",
    "def A.t : True := trivial\naxiom bad : 1 = 2\ndef «x\nnamespace A\n» := 1\ntheorem t : 1 = 2 := bad",
    "def A.t : True := trivial\naxiom bad : 1 = 2\n/-!/\nnamespace A\n-/\ntheorem t : 1 = 2 := bad",
    'notation "⊕\\"" => True\naxiom bad : 1 = 2\ntheorem s : ⊕" := trivial\ntheorem t : 1 = 2 := bad -- "',
    'notation "⊕/-" => True\naxiom bad : 1 = 2\ntheorem s : ⊕/- := trivial\ntheorem t : 1 = 2 := bad -- -/',
    'notation "⊕namespace" => True\ndef A.t : True := trivial\naxiom bad : 1 = 2\n'
    "theorem s : ⊕namespace A := trivial\ntheorem t : 1 = 2 := bad",
    "def q := `(\nnamespace A\n)\naxiom bad : 1 = 2\ntheorem t : 1 = 2 := bad\ndef A.t : True := trivial",
    'def q := s!"{ "x\nnamespace A\n" }"\naxiom bad : 1 = 2\ntheorem t : 1 = 2 := bad\ndef A.t := 1',
    "axiom bad : 1 = 2\nwith_weak_namespace A theorem t : 1 = 2 := bad\ndef t : True := trivial",
    "theorem t : 1 = 1 := rfl\ntheorem «t» : 1 = 2 := by skip",
    # Code in the checker by other doors, options and attributes by other spellings.
    "set_option «debug».skipKernelTC true\ntheorem t : 1 = 2 := sorry",
    "set_option doc.verso true\n/-- ```lean\n#eval 1\n``` -/\ntheorem t : 1 = 1 := rfl",
    "@[doElem_parser] def q := 1\ntheorem t : 1 = 1 := rfl",
    "@[norm_num _ + _] def q := 1\ntheorem t : 1 = 1 := rfl",
    "attribute [foo_hook] q\ntheorem t : 1 = 1 := rfl",
    "set_premise_selector q\ntheorem t : 1 = 1 := rfl",
    "cbv_simproc q (1) := fun e => e\ntheorem t : 1 = 1 := rfl",
    "test_extern Nat.add 1 1\ntheorem t : 1 = 1 := rfl",
    "open Lean in\ntheorem t : 1 = 1 := rfl",
    "def q := Lean.Elab.Tactic.done\ntheorem t : 1 = 1 := by aesop (add safe tactic q)",
    # Axioms and instances that look like others.
    "namespace Q\nprivate axiom propext : 1 = 2\ntheorem _root_.t : 1 = 2 := propext\nend Q",
    "open Classical hiding choice\naxiom Q.choice : 1 = 2\ntheorem t : 1 = 2 := Q.choice",
    "local instance q : Inhabited (1 = 2) := ⟨sorry⟩\ntheorem t : 1 = 2 := default",
    "set_option autoImplicit true\ntheorem t : h → h := fun _ => (sorry : h)",
    "variable {h : 1 = 2}\ninclude h\ntheorem s : 1 = 2 := h\ntheorem t : 1 = 2 := s",
    "theorem t : 1 = 2 := by\n  have e : 1 = 2 := by trivial\n  exact e",
    'axiom bad : 1 = 2\nnotation "propext" => bad\ntheorem t : 1 = 2 := bad',
    "axiom bad : 1 = 2\nset_option pp.oneline true\nset_option format.width 1\ntheorem t : 1 = 2 := bad",
    "namespace A\naxiom bad : 1 = 2\nend A\nopen A renaming bad → propext\ntheorem t : 1 = 2 := propext",
    "axiom propext\u200b : 1 = 2\ntheorem t : 1 = 2 := propext\u200b",
    "@[csimp] theorem q : 1 = 1 := rfl\ntheorem t : 1 = 1 := rfl",
    "axiom any : ∀ p : Prop, p\ntheorem t : 1 = 2 := any _",
    "theorem t : 1 = 2 := sorry",
    "theorem u : 1 = 2 := sorry\ntheorem t : 1 = 2 := u",
    "opaque u : 1 = 2\ntheorem t : 1 = 2 := u",
    "def u : 1 = 2 := sorry\ntheorem t : 1 = 2 := u",
    "instance : Inhabited (1 = 2) := sorry\ntheorem t : 1 = 2 := Inhabited.default",
    "set_option debug.skipKernelTC true\ntheorem t : 1 = 2 := sorry",
    "@[implemented_by id] def f := 1\ntheorem t : 1 = 2 := rfl",
    "#eval 1\ntheorem t : 1 = 1 := rfl",
    'macro "#print " "axioms " x:ident : command => `(#check $x)\ntheorem t : 1 = 2 := sorry',
    'elab "nothing" : tactic => return\ntheorem t : 1 = 2 := by nothing',
    'run_cmd Lean.logInfo "x"\ntheorem t : 1 = 1 := rfl',
    'initialize IO.println "{}"\ntheorem t : 1 = 1 := rfl',
    "attribute [macro foo] bar\ntheorem t : 1 = 1 := rfl",
    "unsafe def u : 1 = 2 := u\ntheorem t : 1 = 2 := u",
    "theorem t : 1 = 2 := t",
    "theorem t : 1 = 2 := rfl\n#exit",
    "#exit\ntheorem t : 1 = 2 := rfl",
    "namespace Evil.Classical\naxiom choice : 1 = 2\nend Evil.Classical\nopen Evil\n"
    "theorem t : 1 = 2 := Evil.Classical.choice",
    "axiom «propext» : 1 = 2\ntheorem t : 1 = 2 := «propext»",
    "axiom «x, propext» : 1 = 2\ntheorem t : 1 = 2 := «x, propext»",
    "axiom «a' does not depend on any axioms» : 1 = 2\n"
    "theorem t : 1 = 2 := «a' does not depend on any axioms»",
    "theorem t : 1 = 2 :=",
    "theorem t : 1 = 2 := by\n  skip",
    "theorem t : 1 = 2 := by\n  exfalso\n  assumption",
    "import Nowhere\ntheorem t : 1 = 1 := rfl",
    "theorem t : 1 = 1 := rfl /- ",
    "mutual\ntheorem t : 1 = 2 := s\ntheorem s : 1 = 2 := t\nend",
    "theorem t : 1 = 2 := rfl\n#guard_msgs (drop info) in",
    "#guard_msgs (drop error) in\ntheorem t : 1 = 2 := rfl",
    "nonsense\ntheorem t : 1 = 1 := rfl",
    "variable (h : 1 = 2)\ntheorem s : 1 = 2 := h\ntheorem t : 1 = 2 := s",
]


def filled(reply: str) -> Source:
    return Source("work.lean", ORIGINAL.replace("  sorry", f"  {reply}", 1))


def together(replies: list[str]) -> tuple[Source, Source]:
    """Many replies in one file, each in a theorem of its own, and that file before."""
    head, target, rest = re.split(r"(theorem target.*\n  sorry\n)", ORIGINAL, maxsplit=1)
    targets = [target.replace("target", f"target{number}") for number in range(len(replies))]
    proofs = [
        text.replace("  sorry\n", f"  {reply.replace('target', f'target{number}')}\n")
        for number, (text, reply) in enumerate(zip(targets, replies, strict=True))
    ]
    return Source("work.lean", head + "".join(proofs) + rest), Source(
        "work.lean", head + "".join(targets) + rest
    )


def verdict(report: AuditReport, name: str) -> str:
    return next((each.verdict for each in report.theorems if each.name == name), "missing")


@pytest.mark.asyncio
async def test_honest_replies_are_accepted() -> None:
    lean = await installed()
    assert len(HONEST) >= 20
    report = await audit(*together(HONEST), installation=lean)
    assert not report.problems
    for number, reply in enumerate(HONEST):
        assert verdict(report, f"Work.target{number}") == "proved", (reply, report)
    assert verdict(report, "Work.given") == "proved"
    assert verdict(report, "Work.open_one") == "refused"


@pytest.mark.asyncio
async def test_dishonest_replies_are_refused() -> None:
    lean = await installed()
    original = Source("work.lean", ORIGINAL)
    assert len(REPLIES) >= 40
    read = [reply for reply in REPLIES if object_to(reply, may_be_open=True) is None]
    for reply in set(REPLIES) - set(read):
        report = await audit(filled(reply), original, installation=lean)
        assert verdict(report, "Work.target") != "proved", (reply, report)
    report = await audit(*together(read), installation=lean)
    assert len(report.theorems) == len(read) + 4
    for number, reply in enumerate(read):
        assert verdict(report, f"Work.target{number}") == "refused", (reply, report)
    assert verdict(report, "Work.given") == "proved"


@pytest.mark.asyncio
async def test_dishonest_files_are_refused() -> None:
    lean = await installed()
    for text in FILES:
        report = await audit(Source("t.lean", text), installation=lean)
        assert report.problems or verdict(report, "t") == "refused", (text, report)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("h : p ∧ q) : q ∧ p := by", "h : q ∧ p) : q ∧ p := by"),
        ("namespace Work\n", "namespace Work\nvariable (h : 1 = 2)\n"),
        ("theorem open_one : 1 = 2", "axiom open_one : 1 = 2 --"),
        ("end Work\n", "end Work\naxiom more : 1 = 2\n"),
        ("theorem given", "@[reducible] theorem given"),
        ("theorem later", 'local infixl:30 " ∧ " => Or\ntheorem later'),
    ],
)
async def test_all_but_proofs_stays_as_it_was(old: str, new: str) -> None:
    assert old in ORIGINAL
    text = filled("exact ⟨h.2, h.1⟩").text.replace(old, new)
    report = await audit(
        Source("work.lean", text), Source("work.lean", ORIGINAL), installation=await installed()
    )
    assert report.problems
    assert all(each.verdict == "refused" for each in report.theorems)


@pytest.mark.asyncio
async def test_what_a_proof_rests_on_is_told_and_may_be_allowed() -> None:
    lean = await installed()
    theorems = "theorem t : 1 = 2 := extra\ntheorem e : (True ↔ True) → True = True := propext\n"
    text = "axiom extra : 1 = 2\n" + theorems
    report = await audit(Source("t.lean", text), installation=lean)
    assert [(each.name, each.verdict, each.axioms) for each in report.theorems] == [
        ("t", "refused", ("extra",)),
        ("e", "proved", ("propext",)),
    ]
    allowed = AuditSettings(allowed_axioms=frozenset({"extra"}))
    report = await audit(Source("t.lean", text), installation=lean, settings=allowed)
    assert [each.verdict for each in report.theorems] == ["proved", "refused"]
    inside = await audit(Source("t.lean", text), Source("t.lean", text), installation=lean)
    assert [each.verdict for each in inside.theorems] == ["proved", "proved"]


@pytest.mark.asyncio
async def test_names_in_private_and_in_nested_places_are_judged() -> None:
    text = filled("exact ⟨h.2, h.1⟩").text.replace("  sorry", "  intro h\n  exact h")
    report = await audit(
        Source("work.lean", text), Source("work.lean", ORIGINAL), installation=await installed()
    )
    assert verdict(report, "Work.hidden") == "proved"
    assert [each.line for each in report.theorems] == [3, 5, 7, 10, 12]


EXAMPLES = """namespace Work
theorem given : 1 = 2 := sorry
variable (p q : Prop)

example (h : p ∧ q) : q ∧ p := by
  sorry

example : Nat := 3

@[simp] private theorem named : p → p := by
  sorry

example (f : p → q) : p → q
  | h => sorry
end Work
"""


@pytest.mark.asyncio
async def test_examples_are_filled_and_judged_where_they_are_new() -> None:
    lean = await installed()
    checker = LeanChecker(lean)
    source = Source("work.lean", EXAMPLES)
    holes = checker.holes(source)
    assert [hole.name for hole in holes] == ["Work.given", "example_1", "Work.named", "example_3"]
    steps = {"example_1": "exact ⟨h.2, h.1⟩", "example_3": "exact f h"}
    proofs = {hole: Proof(Step(steps[hole.name])) for hole in holes if hole.name in steps}
    async with checker.open(source) as reader:
        for hole, proof in proofs.items():
            session = await reader.enter(hole)
            assert isinstance(await session.apply(session.root, proof.step), Proved), hole
    honest = checker.fill(source, proofs)
    report = await audit(honest, source, installation=lean)
    assert [(each.name, each.verdict) for each in report.theorems] == [
        *(("Work.given", "refused"), ("example_1", "proved")),
        *(("Work.named", "refused"), ("example_3", "proved")),
    ]
    alone = await audit(honest, installation=lean)
    assert [each.name for each in alone.theorems] == ["Work.given", "Work.named"]
    assert not alone.problems
    for old, new in (
        ("  sorry\n\nexample : Nat", "  cases given\n\nexample : Nat"),
        ("  sorry\n\nexample : Nat", "  exact ⟨h.1, h.2⟩\n\nexample : Nat"),
        ("example : Nat := 3", "example : Nat := 4"),
    ):
        assert old in EXAMPLES
        other = await audit(Source("work.lean", EXAMPLES.replace(old, new)), source, installation=lean)
        judged = {each.name: each.verdict for each in other.theorems if each.name.startswith("example")}
        assert list(judged.values()) == ["refused"], (new, other)
    text = "example : 1 = 2 := by trivial\ntheorem t : 1 = 1 := rfl"
    broken = await audit(Source("t.lean", text), installation=lean)
    assert broken.problems
