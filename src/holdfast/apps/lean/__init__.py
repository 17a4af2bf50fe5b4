"""What the commands and servers need for Lean files."""
