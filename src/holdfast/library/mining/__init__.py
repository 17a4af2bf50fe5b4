"""Finds what drawings have in common, and writes it as functions: no model, no program is needed."""
