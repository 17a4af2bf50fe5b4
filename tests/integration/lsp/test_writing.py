"""Where a step is written that somebody chose from a list."""

from pathlib import Path

import pytest
from lsprotocol import types
from tests.rocq_here import seeded

from holdfast.apps.lsp.desk import Desk
from holdfast.apps.lsp.texts import Text, Texts
from holdfast.apps.questions import WorkroomSettings
from holdfast.apps.workroom import Workroom

HEAD = "Lemma a (P : Prop) (p : P) : P.\n"


@pytest.mark.rocq
@pytest.mark.asyncio
async def test_a_step_stands_behind_its_bullet_or_on_a_line_of_its_own(tmp_path: Path) -> None:
    cases = {
        "Proof.|\nAdmitted.": "Proof.\n  {}\nAdmitted.",
        "Proof.\n  |\nAdmitted.": "Proof.\n  {}\nAdmitted.",
        "Proof.\n  -|\nAdmitted.": "Proof.\n  - {}\nAdmitted.",
        "Proof.\n  - |\nAdmitted.": "Proof.\n  - {}\nAdmitted.",
        "Proof.\n  idtac.\n|  admit.\nAdmitted.": "Proof.\n  idtac.\n  {}\n  admit.\nAdmitted.",
        "Proof.\n  adm|it.\nAdmitted.": "Proof.\n  {}\n  admit.\nAdmitted.",
    }
    workroom = Workroom(WorkroomSettings(cache=await seeded(tmp_path), learn_s=0))
    texts = Texts()
    desk = Desk(workroom, texts)
    try:
        for written, wanted in cases.items():
            before, _, after = written.partition("|")
            text = Text("file:///nowhere/a.v", HEAD + before + after, 1)
            texts.put(text)
            found = await desk.offers(text.uri, text.position(len(HEAD + before)), typed=False)
            offer = next(each for each in found.offers if each.suggestion.text == "assumption")
            (document,) = offer.edit.document_changes or ()
            assert isinstance(document, types.TextDocumentEdit)
            (edit,) = document.edits
            assert isinstance(edit, types.TextEdit)
            change = types.TextDocumentContentChangePartial(range=edit.range, text=edit.new_text)
            assert text.changed([change], 2).text == HEAD + wanted.format("assumption."), written
    finally:
        await workroom.aclose()
