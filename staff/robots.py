"""How a message is written for each kind of receiver (pure): our signed webhook, robots of 企业微信, 钉钉, 飞书."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

LONGEST = {"wecom": 4000, "dingtalk": 18_000, "feishu": 18_000}  # bytes of text; their limits are 4096 and 20 KB
JSON = "application/json; charset=utf-8"


@dataclass(frozen=True)
class Message:
    """What is to be said: a line, some more text, where to read on, and the same as data for programs."""

    subject: str
    body: str
    url: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return "\n\n".join(part for part in (self.subject, self.body, self.url) if part)


@dataclass(frozen=True)
class Posted:
    """One HTTP request: where to, with what."""

    url: str
    headers: dict[str, str]
    body: bytes


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """`sha256=` and the hex HMAC-SHA256 over the timestamp, a full stop and the body, keyed by the secret."""
    signed = f"{timestamp}.".encode() + body
    return f"sha256={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"


def cut(text: str, size: int) -> str:
    """At most `size` bytes of UTF-8, no letter torn apart."""
    raw = text.encode()
    return text if len(raw) <= size else raw[: size - 3].decode(errors="ignore") + "…"


def written(kind: str, address: str, secret: str, message: Message, delivery: str, now: int) -> Posted:
    """The request for a receiver. `now` is in Unix seconds, `delivery` the name under which it can be told apart."""
    return WRITERS[kind](address, secret, message, delivery, now)


def webhook(address: str, secret: str, message: Message, delivery: str, now: int) -> Posted:
    """JSON with a signature over its time and body, so that the receiver can tell it is ours."""
    told = {"id": delivery, "subject": message.subject, "text": message.body, "url": message.url}
    content = dict(message.data) | told
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    headers = {
        "Content-Type": JSON,
        "User-Agent": "opsplan",
        "X-Opsplan-Delivery": delivery,
        "X-Opsplan-Timestamp": str(now),
        "X-Opsplan-Signature": signature(secret, now, body),
    }
    return Posted(address, headers, body)


def robot(address: str, content: Mapping[str, Any]) -> Posted:
    return Posted(address, {"Content-Type": JSON}, json.dumps(content, ensure_ascii=False).encode())


def wecom(address: str, _secret: str, message: Message, _delivery: str, _now: int) -> Posted:
    link = f"\n[{message.url}]({message.url})" if message.url else ""
    text = f"**{message.subject}**\n{cut(message.body, LONGEST['wecom'] - 600)}{link}"
    return robot(address, {"msgtype": "markdown", "markdown": {"content": cut(text, LONGEST["wecom"])}})


def dingtalk(address: str, secret: str, message: Message, _delivery: str, now: int) -> Posted:
    """Signed with milliseconds in the address, where the robot asks for it."""
    if secret:
        stamp = str(now * 1000)
        digest = hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256).digest()
        sign = urlencode({"timestamp": stamp, "sign": base64.b64encode(digest).decode()})
        address = f"{address}{'&' if '?' in address else '?'}{sign}"
    link = f"\n\n[{message.url}]({message.url})" if message.url else ""
    body = message.body.replace("\n", "\n\n")
    text = f"**{message.subject}**\n\n{cut(body, LONGEST['dingtalk'])}{link}"
    return robot(address, {"msgtype": "markdown", "markdown": {"title": message.subject, "text": text}})


def feishu(address: str, secret: str, message: Message, _delivery: str, now: int) -> Posted:
    """Signed with seconds in the body, where the robot asks for it: the signed text is the key, of an empty message."""
    content: dict[str, Any] = {"msg_type": "text", "content": {"text": cut(message.text, LONGEST["feishu"])}}
    if secret:
        digest = hmac.new(f"{now}\n{secret}".encode(), b"", hashlib.sha256).digest()
        content = {"timestamp": str(now), "sign": base64.b64encode(digest).decode()} | content
    return robot(address, content)


def refusal(kind: str, status: int, text: str) -> str:
    """What the receiver had to say against it; "" when it took the message. Robots refuse with status 200."""
    if not 200 <= status < 300:
        return f"HTTP {status}"
    if kind == "webhook":
        return ""
    try:
        told = json.loads(text)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        return f"HTTP {status}"
    code = told.get("errcode", told.get("code", told.get("StatusCode")))
    if code in (0, "0"):
        return ""
    said = told.get("errmsg") or told.get("msg") or told.get("StatusMessage") or ""
    return f"{code}: {said}"[:200]


WRITERS = {"webhook": webhook, "wecom": wecom, "dingtalk": dingtalk, "feishu": feishu}
