"""Why a figure is what it is: the drawer, the rows behind it, what does not agree."""
