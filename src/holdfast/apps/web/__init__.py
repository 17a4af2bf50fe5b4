"""The pages of the code app; all that they do goes through its HTTP interface."""
