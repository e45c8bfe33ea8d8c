"""What each day of a month bears: weights, fixed days, locks."""
