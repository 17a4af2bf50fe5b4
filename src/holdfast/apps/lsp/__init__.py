"""The face for editors: a language server beside the one that the user has."""
