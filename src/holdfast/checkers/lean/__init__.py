"""Lean 4: holes, live proofs in Lean's own server, and the audit that alone calls a theorem proved."""
