"""Files that bring facts, from the upload to the facts (the readers are in ingest)."""
