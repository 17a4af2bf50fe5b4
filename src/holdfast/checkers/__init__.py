"""Judges: one package a language, strangers to each other."""
