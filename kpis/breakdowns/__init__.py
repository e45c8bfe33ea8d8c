"""One question over many stores, channels, products or campaigns."""
