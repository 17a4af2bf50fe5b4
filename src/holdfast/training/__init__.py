"""What fits proposers and value functions from recorded trajectories."""
