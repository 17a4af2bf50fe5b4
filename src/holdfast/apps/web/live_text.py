"""Text that grows while a model writes: each piece is sent once, however long the text is."""

from nicegui.element import Element

__all__ = ["LiveText"]


class LiveText(Element, component="live_text.js"):
    """A block of plain text."""

    def __init__(self, text: str = "") -> None:
        """Begin with `text`."""
        super().__init__()
        self._props["text"] = text
        self.written = text
        """All of it."""

    def append(self, piece: str) -> None:
        """Add to the end."""
        self.written += piece
        self.run_method("append", piece)

    def put(self, text: str) -> None:
        """Show another text."""
        self.written = text
        self.run_method("put", text)
