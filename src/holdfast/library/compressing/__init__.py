"""Functions found by compressing programs: what several of them spell out becomes one function."""
