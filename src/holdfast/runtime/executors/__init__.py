"""Fillers of the `Executor` seam: in this process, in local processes, on a Ray cluster."""
