"""What we do to sell: `campaigns` (a name, a span of days, products)."""

from campaigns.models.campaigns import Campaign

__all__ = ["Campaign"]
