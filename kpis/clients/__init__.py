"""Clients of an agency: contracts, statements, the cockpit."""
