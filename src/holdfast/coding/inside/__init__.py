"""What is sent into the sandbox beside a program. Nothing here is imported outside of it."""
