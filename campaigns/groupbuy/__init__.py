"""Group-buy deals: a site, a stock promised to it, what was sold, what it came to."""
