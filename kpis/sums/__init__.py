"""From facts to the sums of a day: who said what of which day, what was added up, and what is known of it."""
