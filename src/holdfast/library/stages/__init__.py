"""The stages of library generation, each from what the one before gave to files that people read."""
