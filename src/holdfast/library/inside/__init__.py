"""What runs in the sandbox beside a program."""
