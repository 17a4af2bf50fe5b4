"""Decides what may be sent to Rocq as a step: one tactic sentence, and nothing that is not a tactic.

A tactic is sent behind a goal selector, `1: tac.`, where Rocq's own grammar admits tactics and read-only
queries only. So the lists here are not what keeps commands out: they name a better reason than a syntax
error, and they refuse the queries and the tactics that skip the kernel's check.
"""

import re
import unicodedata

from holdfast.checkers.rocq.sentences import SentenceKind, bare, split
from holdfast.core.documents import Source
from holdfast.core.errors import SourceError
from holdfast.core.steps import RefusalReason, Refused

__all__ = ["guard"]

_LONGEST = 20_000
_SELECTOR = re.compile(
    r"(?:\d+(?:\s*-\s*\d+)?(?:\s*,\s*\d+(?:\s*-\s*\d+)?)*|\[\s*[\w']+\s*\]|all|!)\s*:(?!=)\s*"
)
_FOCUSING = re.compile(rf"-+|\++|\*+|(?:{_SELECTOR.pattern})?\{{|\}}")
_FIRST_WORD = re.compile(r"[^\W\d][\w']*")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_ODD = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zs", "Zl", "Zp"})
_STRING = re.compile(r'"(?:[^"]|"")*"')
_WORD = re.compile(r"[^\W\d][\w'.]*")
_SKIPS_THE_CHECK = frozenset(
    {"admit", "give_up", "exact_no_check", "vm_cast_no_check", "native_cast_no_check", "change_no_check",
     "convert_concl_no_check", "convert_hyp_no_check", "par"}
)  # fmt: skip
_COMMAND_WORDS = """
    Abort About Add Admit Admitted All Arguments Axiom Axioms Back BackTo Bind Canonical Cd Check
    Class Close CoFixpoint CoInductive Coercion Collection Combined Comments Compute Conjecture
    Conjectures Constraint Context Corollary Create Debug Declare Defined Definition Delimit Derive
    Disable Drop Elpi Enable End Eval Example Existing Export Extract Extraction Fact Fail Final
    Fixpoint From Function Functional Generalizable Generate Global Goal Grab Guarded Hint
    Hypotheses Hypothesis Identity Implicit Import Include Inductive Info Infix Initialize Inspect
    Instance Instructions Instances Lemma Let Load Local Locate Ltac Ltac2 Module Monomorphic Next
    Notation Number Numeral Obligation Obligations Opaque Open Optimize Parameter Parameters
    Polymorphic Prenex Preterm Primitive Print Private Profile Program Proof Proposition Property
    Pwd Qed Quit Record Recursive Redirect Register Remark Remove Require Reserved Reset Restart
    Rewrite Save Scheme Search SearchAbout SearchHead SearchPattern SearchRewrite Section Separate
    Set Show Solve Strategy String Structure SubClass Succeed Tactic Test Theorem Time Timeout
    Transparent Type Typeclasses Undelimit Undo Unfocus Unfocused Universe Universes Unset Unshelve
    Validate Variable Variables Variant
"""
_COMMANDS = frozenset(_COMMAND_WORDS.split())


def guard(text: str) -> str | Refused:
    """The sentence to send for a step, or why there is none. The final period may be missing."""
    if len(text) > _LONGEST:
        return Refused(RefusalReason.FORBIDDEN, f"the step is longer than {_LONGEST} characters")
    odd = _odd(text)
    if odd:
        return Refused(RefusalReason.FORBIDDEN, f"the step contains the character U+{ord(odd):04X}")
    try:
        plain = bare(text)
        if not (plain.endswith(".") or _FOCUSING.fullmatch(plain)):
            plain += "."
        sentences = split(Source("step", plain))
    except SourceError as error:
        return Refused(RefusalReason.SYNTAX, error.message)
    if len(sentences) != 1:
        return Refused(RefusalReason.FORBIDDEN, "the step holds more than one sentence")
    if sentences[0].kind is not SentenceKind.COMMAND:
        return plain
    return _tactic(plain)


def _tactic(sentence: str) -> str | Refused:
    selector = _SELECTOR.match(sentence)
    body = sentence[selector.end() :] if selector else sentence
    if not body.strip("."):
        return Refused(RefusalReason.SYNTAX, "the step is empty")
    first = _FIRST_WORD.match(body)
    if first and unicodedata.normalize("NFKC", first[0]) in _COMMANDS:
        return Refused(RefusalReason.FORBIDDEN, f"{first[0]} is a command, not a tactic")
    for word in _words(body):
        if word.rpartition(".")[2] in _SKIPS_THE_CHECK:
            return Refused(RefusalReason.FORBIDDEN, f"{word} is not allowed in a step")
    return sentence if selector else f"1: {sentence}"


def _words(code: str) -> list[str]:
    text = unicodedata.normalize("NFKC", _STRING.sub('""', code))
    return [word.rstrip(".") for word in _WORD.findall(text)]


def _odd(text: str) -> str:
    """The first character that is invisible, reorders the text or is a blank that Rocq does not know."""
    control = _CONTROL.search(text)
    if control:
        return control[0]
    if text.isascii():
        return ""
    return next((char for char in text if not char.isascii() and unicodedata.category(char) in _ODD), "")
