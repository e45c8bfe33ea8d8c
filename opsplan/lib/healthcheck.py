"""`python -m opsplan.lib.healthcheck [host]`: 0 when /healthz of the web process there says 200 (in containers)."""

import http.client
import os
import sys


def main(host: str) -> int:
    """Host is sent as localhost, which is always allowed."""
    web = http.client.HTTPConnection(host, int(os.environ.get("PORT", "8000")), timeout=8)
    try:
        web.request("GET", "/healthz", headers={"Host": "localhost"})
        return 0 if web.getresponse().status == 200 else 1
    except OSError:
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1"))
