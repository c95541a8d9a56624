"""What the program does: every door goes through these."""
