"""Promotion arithmetic: pure, in whole fen. `kinds` (rules as data), `pricing` (a basket's price), `receipts` (steps,
payers, refunds, margin), `checks` (combinations that are refused), `breakeven`, `wire` (rules to and from JSON)."""
