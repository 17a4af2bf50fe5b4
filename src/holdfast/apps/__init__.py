"""The composition root: commands. Reads the environment and files, chooses, prints, exits."""
