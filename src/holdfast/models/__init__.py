"""Proposers: what offers steps. Never imports a checker."""
