"""What the commands and servers need for Python files."""
