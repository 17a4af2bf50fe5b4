"""What the desk found, in the shapes that editors show."""

from collections.abc import Iterator, Sequence

from lsprotocol import types

from holdfast.apps.languages import language_of
from holdfast.apps.lsp.desk import Offer, Offers, ProveOutcome
from holdfast.apps.lsp.texts import Text
from holdfast.apps.outline import Outline
from holdfast.core.audits import AuditReport
from holdfast.core.documents import Hole
from holdfast.core.goals import Goal
from holdfast.models.goal_text import goal_style, goal_text
from holdfast.pipelines.results import HoleResult, theorem_of
from holdfast.search.suggest import Mark, Suggestion

__all__ = [
    "actions",
    "audit_diagnostics",
    "audit_sentence",
    "completions",
    "label",
    "lenses",
    "look_diagnostics",
    "offers_data",
    "prove_data",
    "prove_sentence",
]

SOURCE = "holdfast"
_SAID = {
    Mark.CLOSES: "closes the goal",
    Mark.PROGRESS: "makes progress",
    Mark.UNDECIDED: "undecided",
    Mark.UNCHECKED: "unchecked",
    Mark.REFUSED: "refused",
}
_WIDEST = 80


def label(one: Suggestion) -> str:
    """A suggestion on one line, with what is known of it."""
    text = " ".join(one.text.split())
    short = text if len(text) <= _WIDEST else f"{text[: _WIDEST - 3]}..."
    return f"{short}  ({_SAID[one.mark]})"


def completions(found: Offers) -> types.CompletionList:
    """Suggestions that were not refused, in their order."""
    items = [
        types.CompletionItem(
            label=" ".join(each.suggestion.text.split()),
            detail=_SAID[each.suggestion.mark],
            documentation=types.MarkupContent(types.MarkupKind.Markdown, _left(each.suggestion, found.text)),
            kind=types.CompletionItemKind.Snippet,
            sort_text=f"{number:03}",
            filter_text=each.suggestion.text,
            text_edit=_only_edit(each),
            command=_accepted(found, each),
        )
        for number, each in enumerate(found.offers)
        if each.suggestion.mark is not Mark.REFUSED
    ]
    # What goes on from more that is typed is worth another question.
    return types.CompletionList(is_incomplete=True, items=items)


def _accepted(found: Offers, offer: Offer) -> types.Command:
    """What tells the server that this completion was taken."""
    argument = {"uri": found.text.uri, "answer": found.found.answer, "text": offer.suggestion.text}
    return types.Command("Learn from this step", "holdfast.accepted", arguments=[argument])


def _only_edit(offer: Offer) -> types.TextEdit | None:
    changes = offer.edit.document_changes or ()
    for change in changes:
        if isinstance(change, types.TextDocumentEdit):
            edit = change.edits[0]
            return edit if isinstance(edit, types.TextEdit) else None
    return None


def _left(one: Suggestion, text: Text) -> str:
    if one.remaining is None or not one.remaining.subgoals:
        return _SAID[one.mark]
    style = goal_style(language_of(text.path))
    goals = "\n\n".join(goal_text(Goal((each,)), style) for each in one.remaining.subgoals)
    return f"leaves\n```\n{goals}\n```"


def offers_data(found: Offers) -> list[dict[str, object]]:
    """Suggestions for a client of ours; `edit` is an edit of a workspace."""
    return [
        {
            "text": each.suggestion.text,
            "label": label(each.suggestion),
            "verdict": each.suggestion.mark.value,
            "reason": each.suggestion.reason,
            "message": each.suggestion.message,
            "detail": _left(each.suggestion, found.text),
            "edit": each.edit,
        }
        for each in found.offers
    ]


def lenses(text: Text, outline: Outline) -> list[types.CodeLens]:
    """What can be done at each hole."""
    return [lens for hole in outline.holes for lens in _at_hole(text, hole)]


def _at_hole(text: Text, hole: Hole) -> Iterator[types.CodeLens]:
    name, where, place = (
        theorem_of(hole),
        text.line_range(hole.line),
        _place(text.uri, text.position(hole.start)),
    )
    prove = types.Command(f"Prove {name}", "holdfast.prove", arguments=[{"uri": text.uri, "name": name}])
    suggest = types.Command("Suggest", "holdfast.suggest", arguments=[place])
    yield types.CodeLens(where, command=prove)
    yield types.CodeLens(where, command=suggest)


def _place(uri: str, position: types.Position) -> dict[str, object]:
    return {"uri": uri, "position": {"line": position.line, "character": position.character}}


def actions(text: Text, outline: Outline, position: types.Position) -> list[types.CodeAction]:
    """What can be done at a place."""
    offset = text.offset(position)
    named = outline.at(offset)
    place = _place(text.uri, position)
    found = [("Suggest steps here", "holdfast.suggest", place)]
    holes = {theorem_of(hole) for hole in outline.holes}
    if named is not None and named.name in holes:
        found.append((f"Prove {named.name}", "holdfast.prove", {"uri": text.uri, "name": named.name}))
    if named is not None:
        found.append((f"Audit {named.name}", "holdfast.audit", {"uri": text.uri, "name": named.name}))
    return [
        types.CodeAction(
            title=f"Holdfast: {title}",
            kind=types.CodeActionKind.RefactorRewrite,
            command=types.Command(title, command, arguments=[argument]),
        )
        for title, command, argument in found
    ]


def prove_data(found: ProveOutcome) -> dict[str, object]:
    """The outcome of a search for a client of ours."""
    statuses = [each.status for each in found.results]
    worst = next((each for each in ("undecided", "not_found") if each in statuses), "proved")
    return {"status": worst, "name": found.name, "reason": found.reason, "timed_out": found.timed_out}


def prove_sentence(found: ProveOutcome) -> str:
    """The outcome of a search for people."""
    if not found.reason:
        return f"{found.name}: proved and audited"
    return f"{found.name}: {prove_data(found)['status']}: {found.reason}".replace("_", " ", 1)


def audit_diagnostics(text: Text, report: AuditReport, name: str = "") -> list[types.Diagnostic]:
    """What an audit refuses: of one theorem, or of all; what concerns the file stands on its first line."""
    wanted = [each for each in report.theorems if not name or each.name == name]
    theorems = [
        _diagnostic(text.line_range(each.line), f"the audit refuses {each.name}: {each.message}", each.reason)
        for each in wanted
        if each.verdict == "refused"
    ]
    return [_diagnostic(text.line_range(1), said, "file") for said in report.problems] + theorems


def audit_sentence(report: AuditReport, name: str = "") -> str:
    """The outcome of an audit for people."""
    if report.problems:
        return report.problems[0]
    if name:
        found = next((each for each in report.theorems if each.name == name), None)
        if found is None:
            return f"the audit says nothing of {name}"
        if found.verdict == "refused":
            return f"{name} is refused: {found.message}"
        rests = f", resting on {', '.join(found.axioms)}" if found.axioms else ", resting on no axiom"
        return f"{name} is proved{rests}"
    proved = sum(each.verdict == "proved" for each in report.theorems)
    return f"{proved} of {len(report.theorems)} theorems proved"


def look_diagnostics(text: Text, found: Sequence[HoleResult]) -> list[types.Diagnostic]:
    """The functions whose tests say too little, or nothing."""
    return [
        _diagnostic(text.line_range(each.hole.line), f"{each.hole.name}: {each.reason}", "under_specified")
        for each in found
    ]


def _diagnostic(where: types.Range, message: str, code: str) -> types.Diagnostic:
    return types.Diagnostic(
        where, message, severity=types.DiagnosticSeverity.Warning, code=code, source=SOURCE
    )
