"""What figures tell a plan: actuals beside it, suggestions, what-if, milestones."""
