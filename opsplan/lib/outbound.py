"""Sending to an address that somebody has typed: only to the open internet, unless the house allows its own network.

The name is looked up once and the connection goes to exactly the address that was checked, so that a name cannot point
elsewhere a moment later. Redirects are not followed. What comes back is cut off after ANSWER bytes, and after SECONDS
however slowly it comes: a receiver that sends a letter now and then would hold up the others' messages.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

ANSWER = 4096
SECONDS = 10.0
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# IPv6 addresses that stand for the IPv4 one in their last 32 bits (translators, and the ways of old)
CARRIERS = [ipaddress.ip_network(x) for x in ("64:ff9b::/96", "64:ff9b:1::/48", "::/96", "::ffff:0:0:0/96")]
METADATA = ipaddress.ip_network("fd00:ec2::/32")  # of a cloud that gives them no link-local address


class Unreachable(Exception):
    """code: bad_address, unknown_host, private_address, no_connection, timeout, bad_certificate, bad_answer."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True)
class Answer:
    status: int
    text: str


class Pinned(http.client.HTTPConnection):
    """Speaks to `address`, whatever its host name says."""

    def __init__(self, host: str, port: int, address: str) -> None:
        super().__init__(host, port, timeout=SECONDS)
        self.address = address

    def connect(self) -> None:
        self.sock = socket.create_connection((self.address, self.port), SECONDS)


class PinnedTls(Pinned):
    """The same by https; the certificate must be that of the host name."""

    default_port = 443

    def connect(self) -> None:
        super().connect()
        self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)


def is_open(address: Address, lan: bool) -> bool:
    """Whether we may speak to it: an address of the open internet; with `lan` also private ones and this machine,
    but never link-local (the metadata services of clouds), multicast or unspecified ones."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if int(address) > 1 and any(address in network for network in CARRIERS):
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_open(inner, lan)
        if address.is_site_local or address in METADATA:
            return False
    if address.is_link_local or address.is_multicast or address.is_unspecified:
        return False
    return address.is_global or (lan and (address.is_private or address.is_loopback))


def checked(url: str, lan: bool) -> tuple[str, int, bool]:
    """Host, port and whether by TLS. Unreachable(bad_address) for anything that is no plain http(s) address."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Unreachable("bad_address") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
        raise Unreachable("bad_address")
    if parts.scheme == "http" and not lan:
        raise Unreachable("bad_address")
    return parts.hostname, port or (443 if parts.scheme == "https" else 80), parts.scheme == "https"


def resolved(host: str, port: int, lan: bool) -> str:
    """The address to connect to; all addresses of the name must be open to us."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unreachable("unknown_host") from None
    addresses = [ipaddress.ip_address(str(each[4][0]).partition("%")[0]) for each in found]
    if not addresses or not all(is_open(address, lan) for address in addresses):
        raise Unreachable("private_address")
    return str(addresses[0])


def post(url: str, headers: Mapping[str, str], body: bytes, *, lan: bool = False) -> Answer:
    """POST the body; https only, http too with `lan`. Unreachable where nothing (sensible) answers."""
    host, port, by_tls = checked(url, lan)
    address = resolved(host, port, lan)
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = (PinnedTls if by_tls else Pinned)(host, port, address)
    late = threading.Event()
    hurry = threading.Timer(SECONDS, lambda: hang_up(sock, late))
    try:
        connection.connect()
        sock = connection.sock  # the connection lets go of it once the head of the answer has come
        hurry.start()
        connection.request("POST", target, body=body, headers=dict(headers))
        answer = connection.getresponse()
        text = answer.read(ANSWER).decode("utf-8", "replace")
        if late.is_set():
            raise TimeoutError
        return Answer(answer.status, text)
    except TimeoutError:
        raise Unreachable("timeout") from None
    except ssl.SSLError:
        raise Unreachable("bad_certificate") from None
    except (OSError, http.client.HTTPException, ValueError) as problem:
        code = "no_connection" if isinstance(problem, OSError) else "bad_answer"
        raise Unreachable("timeout" if late.is_set() else code) from None
    finally:
        hurry.cancel()
        connection.close()


def hang_up(sock: socket.socket, late: threading.Event) -> None:
    """Whoever waits for an answer waits no longer."""
    late.set()
    with suppress(OSError):
        socket.socket.shutdown(sock, socket.SHUT_RDWR)  # also of one that speaks TLS
