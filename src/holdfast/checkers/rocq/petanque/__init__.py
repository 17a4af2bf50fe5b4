"""Steps through Rocq proofs by petanque, the proof environment of coq-lsp."""
