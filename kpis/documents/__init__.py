"""Plans as documents, also in a layout of people's own."""
