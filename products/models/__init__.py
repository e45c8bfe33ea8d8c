"""What is sold: `catalogue` (styles, SKUs, listings, costs, list prices), `lifecycle` (ranks, moves between stages),
`range` (styles on their way in, competitors, files of products)."""

from products.models.catalogue import SKU, Alias, Cost, Listing, ListPrice, Picture, Product, Role, Stage
from products.models.lifecycle import Move, ProductRules, Rank, StageEvidence
from products.models.range import CatalogueFile, Competitor, CompetitorNote, Newcomer

__all__ = [
    "SKU",
    "Alias",
    "CatalogueFile",
    "Competitor",
    "CompetitorNote",
    "Cost",
    "ListPrice",
    "Listing",
    "Move",
    "Newcomer",
    "Picture",
    "Product",
    "ProductRules",
    "Rank",
    "Role",
    "Stage",
    "StageEvidence",
]
