"""Python as a checked language: tests are the specification, and programs are judged from outside."""
