"""The face for agents: the Model Context Protocol over a pipe or HTTP."""
