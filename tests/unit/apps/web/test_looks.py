"""Controls: a choice among what changes while the browser still shows what there was."""

import pytest
from nicegui import Client, ui
from nicegui.events import GenericEventArguments

from holdfast.apps.web.looks import icon_button, select


def test_what_is_picked_goes_by_its_words_and_not_by_its_place() -> None:
    with Client(ui.page("")) as client:
        choice = select("Version", {"b": "Version 2", "a": "Version 1"}, "b", lambda event: None)

        def picked(place: int, words: str) -> object:
            args = {"value": place, "label": words}
            event = GenericEventArguments(sender=choice, client=client, args=args)
            choice.set_value(choice._event_args_to_value(event))  # as the browser's events come in
            return choice.value

        assert picked(1, "Version 1") == "a"
        choice.set_options({"c": "Version 3", "b": "Version 2", "a": "Version 1"}, value="c")
        assert picked(0, "Version 2") == "b"  # the list that it was picked from had no third one
        choice.set_options({"d": "Version 9"}, value="d")
        assert picked(2, "Version 1") == "d"  # another session was opened, which has none that is called so


def test_a_picture_has_a_name() -> None:
    with pytest.raises(ValueError, match="needs a name"):
        icon_button("close", " ", lambda: None)
