"""Runs programs that nobody vouches for: what they may see, use and leave behind is decided here."""
