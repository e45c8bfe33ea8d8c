"""Alert rules, what they found, and how it is told."""
