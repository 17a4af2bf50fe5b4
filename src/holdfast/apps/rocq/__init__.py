"""What the commands and servers need for Rocq files."""
