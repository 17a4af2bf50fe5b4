"""Bottom-up synthesis of small Python functions from examples.

All of this package but this line runs inside the sandbox, shipped as text: it imports the standard library
and itself, nothing else.
"""
