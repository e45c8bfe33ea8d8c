"""How figures went: lines over time, and what moved them."""
