"""Find premises and statements by words: indexes that proposers, prompts and datasets share."""
