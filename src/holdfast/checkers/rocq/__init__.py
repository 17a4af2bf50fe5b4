"""The Rocq checker: documents, sessions on coqidetop, and the audit by coqc."""
