"""Programs that turn one list of numbers into another."""
