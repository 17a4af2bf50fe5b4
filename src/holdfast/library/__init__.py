"""A library that grows from examples: what is proposed is checked, and only what holds and helps is kept."""
