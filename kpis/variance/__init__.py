"""The month and the campaign against what was planned."""
