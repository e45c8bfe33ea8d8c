"""The weekly sheet and typed days, on the page and as a workbook."""
