"""Whole jobs put together from checkers, proposers and search: filling holes, learning from libraries."""
