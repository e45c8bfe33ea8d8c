"""A believable shop to look at: three demo stores, written as platform files and loaded like everybody's."""
