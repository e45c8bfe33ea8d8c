"""Links that show a report or statement to people without an account."""
