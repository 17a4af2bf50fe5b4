"""The code app: what it keeps, what it does, and what it answers over HTTP."""
