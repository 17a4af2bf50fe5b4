"""Decides whether what a theorem rests on is what it may rest on.

Without an original, a theorem may rest on axioms of the installed libraries and on those that the caller
allows by name; axioms that the file or a neighbour of it declares are refused. With an original, it may rest
on whatever the original already assumed: its axioms, those of all it requires, and its holes that are still
open. In both cases every axiom is listed, a theorem never rests on itself, nothing may rest on something the
kernel did not check, and an axiom that is `False` as it stands is never taken.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from holdfast.checkers.rocq.audit_build import Declaration
from holdfast.checkers.rocq.audit_probe import Assumption, Located
from holdfast.checkers.rocq.audit_reasons import AuditReason
from holdfast.checkers.rocq.audit_theorems import Target
from holdfast.core.audits import TheoremAudit

__all__ = ["Ground", "judge", "refuse"]

_HARMLESS = "Set is impredicative"
_ABSURD = frozenset({"False", "forall P : Prop, P", "forall A : Type, A", "forall A : Set, A", "Empty_set"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What may be assumed."""

    library: str
    """The logical name of the audited file."""
    installed: Path
    """The folder of the installed libraries."""
    allowed: frozenset[str]
    """Axioms that the caller allows: fully qualified, or any end of that."""
    declarations: Sequence[Declaration]
    """All that the file declares."""
    has_original: bool
    located: Mapping[str, Located | None]
    """What the printed names of assumptions stand for, seen from outside."""


@dataclass(frozen=True, slots=True)
class _Finding:
    """What one assumption amounts to: the name to list, and why it is refused if it is."""

    name: str
    reason: AuditReason | None = None
    message: str = ""


def judge(target: Target, assumptions: Sequence[Assumption], ground: Ground) -> TheoremAudit:
    """The verdict on a theorem that rests on `assumptions`."""
    findings = [found for item in assumptions if (found := _weigh(item, target, ground)) is not None]
    names = tuple(dict.fromkeys(found.name for found in findings))
    refused = next((found for found in findings if found.reason is not None), None)
    if refused is None or refused.reason is None:
        return TheoremAudit(target.name, "proved", axioms=names, line=target.line)
    return refuse(target, refused.reason, refused.message, names)


def refuse(target: Target, reason: AuditReason, message: str, axioms: tuple[str, ...] = ()) -> TheoremAudit:
    """A refusal of a theorem."""
    return TheoremAudit(target.name, "refused", reason.value, message, axioms, target.line)


def _weigh(item: Assumption, target: Target, ground: Ground) -> _Finding | None:
    """What an assumption amounts to; None for what is no assumption outside of its module type."""
    if item.unsafe == _HARMLESS:
        return _Finding(item.unsafe)
    located = ground.located.get(item.name)
    name = located.name if located else item.name
    own = name.startswith(f"{ground.library}.")
    if item.unsafe:
        return _weigh_unsafe(item, well_known=own or _is_installed(located, ground))
    if own:
        return _weigh_own(item, name.removeprefix(f"{ground.library}."), target, ground)
    if located is None:
        return _Finding(name, AuditReason.AXIOM, f"it is not known where `{name}` comes from")
    return _weigh_foreign(item, located, ground)


def _weigh_unsafe(item: Assumption, *, well_known: bool) -> _Finding:
    """Weigh what the kernel did not check.

    Rocq says of every strict proposition with one plain constructor that it relies on definitional UIP; the
    text of the file was searched for the flag, and those of installed libraries are trusted.
    """
    name = item.unsafe if item.name == "?" else item.name
    if well_known and item.unsafe.endswith("relies on definitional UIP."):
        return _Finding(item.unsafe)
    return _Finding(name, AuditReason.UNSAFE, f"the kernel did not check everything: {item.unsafe}")


def _is_installed(located: Located | None, ground: Ground) -> bool:
    if located is None or located.file is None:
        return False
    return ground.installed.resolve() in located.file.resolve().parents


def _weigh_foreign(item: Assumption, located: Located, ground: Ground) -> _Finding:
    name = located.name
    if _allowed(name, ground):
        return _Finding(name)
    if item.statement in _ABSURD:
        return _Finding(name, AuditReason.AXIOM, f"the axiom `{name}` proves anything: {item.statement}")
    if _is_installed(located, ground) or ground.has_original:
        return _Finding(name)
    message = f"it rests on the axiom `{name}`, which is not of an installed library"
    return _Finding(name, AuditReason.AXIOM, message)


def _weigh_own(item: Assumption, path: str, target: Target, ground: Ground) -> _Finding | None:
    """Weigh something that the file itself leaves without a proof."""
    own = [entry for entry in ground.declarations if entry.qualified == path]
    name = f"{ground.library}.{path}"
    if path == target.path:
        return _Finding(name, AuditReason.ADMITTED, "it is admitted, not proved")
    stated = bool(own) and all(entry.kind == "ax" for entry in own)
    if stated and all(_in_interface(entry, target) for entry in own):
        return None
    if _allowed(name, ground) or (ground.has_original and item.statement not in _ABSURD):
        return _Finding(name)
    if stated and item.statement in _ABSURD:
        return _Finding(name, AuditReason.AXIOM, f"the axiom `{path}` proves anything: {item.statement}")
    if stated:
        return _Finding(name, AuditReason.AXIOM, f"it rests on the axiom `{path}`, which the file declares")
    return _Finding(name, AuditReason.DEPENDS_ON_HOLE, f"it rests on `{path}`, which the file leaves open")


def _allowed(name: str, ground: Ground) -> bool:
    return any(name == given or name.endswith(f".{given}") for given in ground.allowed)


def _in_interface(entry: Declaration, target: Target) -> bool:
    return any(entry.path == path or entry.path.startswith(f"{path}.") for path in target.interfaces)
