"""A model with a prompt of its own, for `holdfast app`.

    PYTHONPATH=examples/app holdfast app --models examples/app/models.toml

The file names this class beside the model that completes the text, here a recording, so that it runs without
a key and without a download.
"""

from collections.abc import Sequence

from holdfast.coding.custom import CustomModel
from holdfast.core.completions import Message

__all__ = ["Plain"]


class Plain(CustomModel):
    """Conversations as a script of a play, for models that were trained on no template."""

    stop = ("\nUser:",)

    def encode_prompt(self, messages: Sequence[Message]) -> str:
        """Each turn on lines of its own behind who says it."""
        names = {"system": "Rules", "user": "User", "assistant": "Programmer"}
        turns = [f"{names[each.role]}: {each.text}\n\n" for each in messages]
        return "".join(turns) + "Programmer:"

    def decode_output(self, text: str) -> str:
        """What the programmer says, without the thoughts that some models write before."""
        return text.rpartition("</think>")[2].strip()
