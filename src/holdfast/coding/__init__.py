"""Code by request: what a model is asked, what of its answer is kept, how it is run and tested."""
