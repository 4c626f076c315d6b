"""What can be done, one capability a file, in no cloud's words."""
