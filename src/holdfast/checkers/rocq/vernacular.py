"""Tell what one sentence of a .v file does by its words alone: declare, open or end a proof, a section, ...

Only Rocq knows for sure which sentences open a proof, so the answer is yes, no or maybe; notations, plugins
and commands defined elsewhere are not known here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

__all__ = ["Command", "Opens", "Role", "classify", "declared"]

_IDENT = r"[^\W\d][\w']*"
_STRING = r'"(?:[^"]++|"")*+"'
_PREFIX = re.compile(
    rf"(?:(?P<inert>Fail|Succeed)|Time|Instructions|Timeout \d+|Redirect {_STRING}|"
    rf'(?P<attribute>#\s?\[(?:[^\[\]"]++|{_STRING}|\[[^\[\]]*+\])*+\]|'
    r"Local|Global|Polymorphic|Monomorphic|Cumulative|NonCumulative|Private|Program|m?lock))(?![\w'.]) ?"
)
_KEYWORD = re.compile(
    r"(?:Module Type|Let (?:Co)?Fixpoint|Canonical Structure|Declare (?:Module|Instance)|Obligation Tactic|"
    r"(?:Next|Final) Obligation|"
    rf"Add (?:Parametric )?Morphism|Existing \w+|Equations\??|{_IDENT}(?:\.{_IDENT})*)(?![\w'])"
)
_TOKEN = re.compile(rf"{_STRING}|{_IDENT}(?:\.{_IDENT})*|:=|\{{\||\|\}}|\[\||\|\]|\|\||\S")
_NAME = re.compile(rf" ?(?:>\s?)?({_IDENT}(?:\.{_IDENT})*)")
_AS_NAME = re.compile(rf".* [aA]s ({_IDENT})$", re.DOTALL)
_MODULE_NAME = re.compile(rf" (?:(?:Import|Export)(?: [-(][^)]*\))? )?({_IDENT})")
_WITH_DEFINITION = re.compile(r"\bwith (?:Definition|Module)\b")
_SELECTED = re.compile(r"(?:\d[\d, -]*|\[ ?\w[\w']* ?\]|all|par|!) ?:(?!=) ?")
_MEASURED = re.compile(r"\{ ?(?:measure|wf)\b")


class Role(StrEnum):
    """What a sentence is for."""

    THEOREM = "theorem"
    DEFINITION = "definition"
    INDUCTIVE = "inductive"
    """Also records and classes."""
    ASSUMPTION = "assumption"
    PROOF = "proof"
    """`Proof`, `Proof with ...`, `Proof using ...`."""
    PROOF_TERM = "proof_term"
    """`Proof term.`, which ends the proof as well."""
    END_PROOF = "end_proof"
    """`Qed`, `Defined`, `Save`, `Admitted`, `Abort`."""
    SECTION = "section"
    MODULE = "module"
    """One that stays open until its `End`."""
    MODULE_TYPE = "module_type"
    END = "end"
    REQUIRE = "require"
    TACTIC = "tactic"
    INERT = "inert"
    """A command that neither declares, opens nor ends anything."""
    UNKNOWN = "unknown"


class Opens(StrEnum):
    """Whether a sentence opens a proof."""

    YES = "yes"
    NO = "no"
    MAYBE = "maybe"


@dataclass(frozen=True, slots=True)
class Command:
    """One sentence, understood."""

    role: Role
    keyword: str = ""
    """The words that the role was told by, for example `Lemma` or `Next Obligation`."""
    rest: str = ""
    """What follows the keyword, without comments and the final period."""
    names: tuple[str, ...] = ()
    """The names that it declares or opens, or that `End` closes."""
    opens: Opens = Opens.NO
    attributes: tuple[str, ...] = ()
    """What stands in front of the keyword and stays in force: `Local`, `Program`, `#[refine]`."""


_ROLES = {
    Role.THEOREM: "Theorem Lemma Fact Remark Corollary Proposition Property",
    Role.DEFINITION: """
        Definition Example SubClass Fixpoint CoFixpoint Let Instance Function Canonical Coercion Equations
        Equations? Derive Goal Obligation
    """,
    Role.INDUCTIVE: "Inductive CoInductive Variant Record Structure Class",
    Role.ASSUMPTION: """
        Axiom Axioms Parameter Parameters Conjecture Conjectures Hypothesis Hypotheses Variable Variables
        Context
    """,
    Role.PROOF: "Proof",
    Role.END_PROOF: "Qed Defined Save Admitted Abort",
    Role.SECTION: "Section",
    Role.MODULE: "Module",
    Role.END: "End",
    Role.REQUIRE: "Require From",
    Role.INERT: """
        Notation Infix Reserved Import Export Include Set Unset Open Close Hint Arguments Implicit Scheme
        Ltac Ltac2 Tactic Opaque Transparent Check Print Compute Eval Search About Locate Generalizable
        Universe Universes Constraint Bind Delimit Declare Create Remove Existing Combined Typeclasses
        Strategy Register Primitive Extraction Recursive Separate Prenex Load Test Create Solve Admit
        Preterm Obligations Unshelve Extract Add Number Numeral String Functional Identity
    """,
}
_ROLE_OF = {word: role for role, words in _ROLES.items() for word in words.split()}
_ROLE_OF |= {
    "Module Type": Role.MODULE_TYPE,
    "Let Fixpoint": Role.DEFINITION,
    "Let CoFixpoint": Role.DEFINITION,
    "Canonical Structure": Role.DEFINITION,
    "Declare Module": Role.INERT,
    "Obligation Tactic": Role.INERT,
    "Declare Instance": Role.ASSUMPTION,
    "Next Obligation": Role.DEFINITION,
    "Final Obligation": Role.DEFINITION,
    "Add Morphism": Role.DEFINITION,
    "Add Parametric Morphism": Role.DEFINITION,
}


def classify(text: str) -> Command:
    """Understand one sentence, given without comments and with its final period, as `bare` returns it."""
    text = text.rstrip(".").rstrip(" ")
    attributes: list[str] = []
    at = 0
    while prefix := _PREFIX.match(text, at):
        if prefix["inert"]:
            return Command(Role.INERT, prefix["inert"])
        attributes += [prefix["attribute"].rstrip()] if prefix["attribute"] else []
        at = prefix.end()
    found = _KEYWORD.match(text, at)
    if not found or not found[0][0].isupper() or _SELECTED.match(text, at):
        return Command(Role.TACTIC)
    keyword = found[0]
    role = _ROLE_OF.get(keyword, Role.INERT if keyword.startswith("Existing ") else Role.UNKNOWN)
    return _understand(role, keyword, text[found.end() :], tuple(attributes))


def _understand(role: Role, keyword: str, rest: str, attributes: tuple[str, ...]) -> Command:
    names: tuple[str, ...] = ()
    opens = Opens.NO
    match role:
        case Role.THEOREM:
            names, opens = _mutual_names(rest), Opens.YES
        case Role.DEFINITION:
            names, opens = _definition_names(keyword, rest), _definition_opens(keyword, rest, attributes)
        case Role.PROOF if rest and not re.match(r" (?:with|using|Mode)\b", rest):
            role = Role.PROOF_TERM
        case Role.MODULE | Role.MODULE_TYPE:
            names = tuple(_MODULE_NAME.findall(rest)[:1])
            role = Role.INERT if _closed_module(rest) else role
        case Role.SECTION | Role.END | Role.UNKNOWN:
            names = tuple(_NAME.findall(rest)[:1])
            opens = Opens.MAYBE if role is Role.UNKNOWN else Opens.NO
        case Role.REQUIRE if "Require" not in keyword + rest:
            role = Role.UNKNOWN
        case _:
            pass
    return Command(role, keyword, rest.strip(" "), names, opens, attributes)


def _definition_names(keyword: str, rest: str) -> tuple[str, ...]:
    if keyword in {"Goal", "Obligation", "Next Obligation", "Final Obligation"}:
        return ()
    if keyword.endswith("Morphism") or keyword == "Derive":
        found = _AS_NAME.match(rest)
        return (found[1],) if found else ()
    return _mutual_names(rest)


def _definition_opens(keyword: str, rest: str, attributes: tuple[str, ...]) -> Opens:
    match keyword:
        case "Goal" | "Obligation" | "Next Obligation" | "Final Obligation" | "Derive" | "Equations?":
            return Opens.YES
        case "Add Morphism" | "Add Parametric Morphism":
            return Opens.YES
        case "Function":
            return Opens.MAYBE if _MEASURED.search(rest) else Opens.NO
        case "Equations" | "Canonical" | "Canonical Structure" | "Coercion":
            return Opens.MAYBE
        case "Instance" if any("refine" in attribute for attribute in attributes):
            return Opens.YES
        case "Instance" if "Program" in attributes and ":=" not in rest:
            return Opens.MAYBE
        case _ if ":=" not in rest:
            return Opens.YES
        case _:
            return Opens.NO if _has_body(rest) else Opens.MAYBE


def _closed_module(rest: str) -> bool:
    """Whether a module is given as an expression and so needs no `End`."""
    bodies = sum(token.text == ":=" and token.depth == 0 for token in _tokens(rest))
    return bodies > len(_WITH_DEFINITION.findall(re.sub(r"\([^()]*\)", "", rest)))


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    depth: int
    """How many brackets and `match ... end` stand around it."""


def _tokens(text: str) -> Iterator[_Token]:
    depth = matching = 0
    for found in _TOKEN.finditer(text):
        word = found[0]
        if word in {")", "]", "}", "|}", "|]"}:
            depth -= 1
        elif word == "end" and matching:
            matching -= 1
        yield _Token(word, depth + matching)
        if word in {"(", "[", "{", "{|", "[|"}:
            depth += 1
        elif word == "match":
            matching += 1


def _has_body(rest: str) -> bool:
    """Whether a `:=` outside brackets is not that of a `let` or a `fix`."""
    pending = 0
    before = ""
    for token in _tokens(rest):
        if token.depth == 0 and token.text in {"let", "fix", "cofix"}:
            pending += before != "let"
        if token.depth == 0 and token.text == ":=":
            if not pending:
                return True
            pending -= 1
        before = token.text
    return False


def _mutual_names(rest: str) -> tuple[str, ...]:
    """The name that comes first, and those after `with`."""
    names = _NAME.match(rest)
    if not names:
        return ()
    if " with " not in rest:
        return (names[1],)
    tokens = list(_tokens(rest))
    pairs = pairwise(tokens)
    others = (name.text for word, name in pairs if word.depth == 0 and word.text == "with")
    return (names[1], *(name for name in others if name.isidentifier() or "'" in name))


def declared(command: Command) -> Iterator[tuple[str, str]]:
    """Yield each name that a sentence puts in force, with its kind.

    Kinds are `theorem`, `definition`, `inductive` and `constructor`; axioms and hypotheses are theorems,
    other assumptions and the fields of records are definitions. What modules and plugins bring is not seen.
    """
    match command.role:
        case Role.THEOREM:
            yield from ((name, "theorem") for name in command.names)
        case Role.DEFINITION:
            kind = "theorem" if command.keyword.endswith("Morphism") else "definition"
            yield from ((name, kind) for name in command.names)
        case Role.ASSUMPTION:
            kind = "theorem" if command.keyword[:5] in {"Axiom", "Hypot", "Conje"} else "definition"
            yield from ((name, kind) for name in _assumed_names(command))
        case Role.INDUCTIVE:
            yield from _inductive_names(command.rest)
        case _:
            return


def _assumed_names(command: Command) -> Iterator[str]:
    """The names before each colon: `a b : T` or `(a b : T) (c : U)`; those of `Context` in any brackets."""
    depth = int(command.keyword == "Context" or command.rest.startswith("("))
    names: list[str] | None = []
    for token in _tokens(command.rest):
        if names is not None and token.depth == depth and token.text in {":", ":>", ":="}:
            yield from names
            names = None
        elif names is not None and token.depth == depth and _is_name(token.text):
            names.append(token.text)
        elif depth and token.depth == 0 and token.text in {"(", "{", "["}:
            names = []


def _inductive_names(rest: str) -> Iterator[tuple[str, str]]:
    """Types, then their constructors or fields, clause after clause."""
    state = _Clause()
    for token in _tokens(rest):
        if token.depth == 0 and token.text == "where":
            return
        if state.awaited and token.depth == int(state.fields) and _is_name(token.text):
            yield token.text, state.awaited
            state = _Clause("", state.body, state.fields)
        else:
            state = state.after(token)


@dataclass(frozen=True, slots=True)
class _Clause:
    """How far one clause of an inductive declaration has been read."""

    awaited: str = "inductive"
    """The kind of the name that comes next, empty when none does."""
    body: bool = False
    fields: bool = False

    def after(self, token: _Token) -> "_Clause":
        """The state behind a token that is not an awaited name."""
        match token.text:
            case ";" if self.fields and token.depth == 1:
                return _Clause("definition", body=True, fields=True)
            case _ if token.depth:
                return self
            case "with":
                return _Clause()
            case ":=" | "|":
                return _Clause("constructor", body=True)
            case "{" if self.body:
                return _Clause("definition", body=True, fields=True)
            case _:
                return _Clause("" if self.body else self.awaited, self.body)


def _is_name(text: str) -> bool:
    return bool(re.fullmatch(_IDENT, text)) and text != "with"
