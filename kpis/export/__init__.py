"""A whole board as one workbook."""
