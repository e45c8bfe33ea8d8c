"""Reports and closed periods: what was signed never changes."""
