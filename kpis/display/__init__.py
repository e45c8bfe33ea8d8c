"""How figures are shown: charts, the board and its decisions, saved views."""
