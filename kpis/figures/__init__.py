"""From sums to the figures of one store: days chosen and added up, people counted once, what a figure lacks."""
