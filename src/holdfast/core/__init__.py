"""The shared nouns: goals, steps, verdicts, proofs, the seams between layers. No I/O."""
