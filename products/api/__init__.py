"""Products over REST: `catalogue` (in bulk, one, names to be matched), `checklists`, `prices`, `stages`, `focus`,
`range`; what they take and answer: `bodies`, `shapes`."""
