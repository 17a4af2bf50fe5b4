"""The HTTP server: suggestions, checked, in the shapes that public clients ask for."""
