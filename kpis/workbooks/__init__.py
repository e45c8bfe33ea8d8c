"""What all workbooks share that are written here, filled in and come back."""
