"""Exploration of goals by best-first search; sees core only."""
