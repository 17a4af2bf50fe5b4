"""The library that programs on lists begin with; its modules run in the sandbox under their own names."""
