"""Proofs as a domain: lemmas are functions, and Rocq judges what holds."""
