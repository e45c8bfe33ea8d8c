"""What is sold: `catalogue` (styles, listings, costs)."""

from products.models.catalogue import Cost, Listing, Product

__all__ = ["Cost", "Listing", "Product"]
