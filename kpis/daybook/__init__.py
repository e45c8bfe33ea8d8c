"""The days of a month at work: the plan's page, its history, its workbook."""
