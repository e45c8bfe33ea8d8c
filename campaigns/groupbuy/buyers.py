"""What is kept of a buyer's name: enough to know the same one again within the store, and no more."""

from hashlib import blake2b

from django.conf import settings

MARK = "~"  # in files that are kept: a digest already


def name_digest(store_id: int, name: str) -> str:
    """ "" stays ""; what is a digest already stays the same one."""
    if name.startswith(MARK):
        return name[1:]
    key = blake2b(settings.BUYER_SALT.encode(), digest_size=32, person=b"opsplan deal").digest()
    return blake2b(f"{store_id}:{name.strip()}".encode(), digest_size=16, key=key).hexdigest() if name else ""
