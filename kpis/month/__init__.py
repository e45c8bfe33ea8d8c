"""How the month stands: budget, pace, and what is told of it."""
