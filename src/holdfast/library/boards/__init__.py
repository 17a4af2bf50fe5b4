"""Drawings on a board of hexagons."""
