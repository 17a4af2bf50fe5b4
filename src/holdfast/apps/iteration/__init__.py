"""Expert iteration: search, learn from what the audit passed, measure, and again."""
