"""The year's plan: versions, cells, parts, and its workbook (the arithmetic is in planning)."""
