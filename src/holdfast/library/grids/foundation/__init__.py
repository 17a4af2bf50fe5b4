"""The library that programs on grids begin with; its modules run in the sandbox under their own names."""
