"""What runs inside the sandbox: these modules use the standard library and one another alone."""
