"""The library that programs on boards begin with; its modules run in the sandbox under their own names."""
