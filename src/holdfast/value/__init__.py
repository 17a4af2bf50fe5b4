"""Estimates of how close a goal is to done: encoders and energy models at inference."""
