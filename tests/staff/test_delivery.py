"""The outbox: written once, sent until it is taken, signed, and never into the private network."""

import base64
import datetime as dt
import hashlib
import hmac
import ipaddress
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import ValidationError

from opsplan.lib import outbound
from staff import delivery, robots
from staff.models import Delivery, Destination, Member
from staff.robots import Message
from tests.world import World

pytestmark = pytest.mark.usefixtures("english")
NOON = dt.datetime(2026, 4, 2, 4, 0, tzinfo=dt.UTC)
MESSAGE = Message("Refund rate 9%", "For 2 days.", "/s/lotus/alerts/1/", {"event": "alert.opened"})


@dataclass
class Receiver:
    """A program that listens on this machine; it answers with `status` and `answer`, and keeps what it got."""

    url: str = ""
    status: int = 200
    answer: str = "{}"
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.MESSAGES_TO_LAN = True
    told = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.got.append((dict(self.headers) | {"path": self.path}, body))
            self.send_response(told.status)
            self.send_header("Location", told.url + "/elsewhere")
            self.end_headers()
            self.wfile.write(told.answer.encode())

        def log_message(self, *_args: Any) -> None:
            """Not into the output of the tests."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    told.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield told
    server.shutdown()
    thread.join()
    server.server_close()


def destination(world: World, kind: str, address: str, secret: str = "") -> Destination:
    return delivery.add_destination(world.store, "group", kind, address, secret, "en")


def queued(world: World, to: Destination, key: str = "k") -> Delivery:
    delivery.queue(world.store, key, lambda: MESSAGE, [to])
    return Delivery.objects.get(key=f"{key}:d{to.pk}")


def sent(row: Delivery) -> tuple[str, int, str]:
    delivery.send(row.pk)
    row.refresh_from_db()
    return row.state, row.attempts, row.error


def test_a_webhook_is_signed_over_time_and_body(world: World, receiver: Receiver, settings: Any) -> None:
    settings.PUBLIC_URL = "https://ops.example.com"
    to = destination(world, "webhook", receiver.url + "/in?x=1")
    assert sent(queued(world, to)) == ("sent", 1, "")
    headers, body = receiver.got[0]
    signed = headers["X-Opsplan-Timestamp"].encode() + b"." + body
    digest = hmac.new(to.secret.encode(), signed, hashlib.sha256).hexdigest()
    assert headers["X-Opsplan-Signature"] == f"sha256={digest}"
    assert headers["path"] == "/in?x=1"
    told = json.loads(body)
    assert (told["event"], told["subject"]) == ("alert.opened", "Refund rate 9%")
    assert told["url"] == "https://ops.example.com/s/lotus/alerts/1/"
    assert told["id"] == headers["X-Opsplan-Delivery"]


def test_it_is_sent_once_however_often_somebody_tries(world: World, receiver: Receiver) -> None:
    row = queued(world, destination(world, "webhook", receiver.url))
    assert [delivery.send(row.pk) for _ in range(3)] == [True, False, False]
    assert len(receiver.got) == 1


def test_a_message_is_written_once_under_its_key(world: World) -> None:
    to = destination(world, "webhook", "https://example.com/in")
    for _ in range(3):
        delivery.queue(world.store, "k", lambda: MESSAGE, [to])
    assert Delivery.objects.count() == 1


def test_a_receiver_that_is_down_is_tried_again_later_and_later_and_then_given_up(
    world: World, receiver: Receiver
) -> None:
    receiver.status = 503
    with time_machine.travel(NOON, tick=False) as clock:
        row = queued(world, destination(world, "webhook", receiver.url))
        waits = []
        for _ in range(6):
            assert delivery.due() == [row.pk]
            state, _attempts, error = sent(row)
            waits.append((row.next_at - dt.datetime.now(dt.UTC)).total_seconds() / 60)
            clock.move_to(row.next_at)
    assert waits[:5] == [1, 5, 15, 60, 240]
    assert (state, error, len(receiver.got)) == ("failed", "The receiver refused it: HTTP 503.", 6)
    assert delivery.due() == []


@pytest.mark.parametrize("status", [302, 400, 403, 404])
def test_a_refusal_for_good_is_not_tried_again_and_no_redirect_is_followed(
    world: World, receiver: Receiver, status: int
) -> None:
    receiver.status = status
    row = queued(world, destination(world, "webhook", receiver.url))
    assert sent(row) == ("failed", 1, f"The receiver refused it: HTTP {status}.")
    assert len(receiver.got) == 1


def test_one_that_was_given_up_can_be_tried_once_more(world: World, receiver: Receiver) -> None:
    receiver.status = 404
    row = queued(world, destination(world, "webhook", receiver.url))
    sent(row)
    receiver.status = 200
    delivery.again(row)
    assert sent(row)[0] == "sent"


def test_a_sender_that_died_leaves_the_message_to_the_next_try(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        row = queued(world, destination(world, "webhook", "https://example.com"))
        monkeypatch.setattr(delivery, "transmit", lambda _row: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            delivery.send(row.pk)
        assert delivery.due() == []
        clock.shift(60)
        assert delivery.due() == [row.pk]


def test_one_who_was_switched_off_meanwhile_gets_nothing(world: World, receiver: Receiver) -> None:
    to = destination(world, "webhook", receiver.url)
    row = queued(world, to)
    Destination.objects.update(is_active=False)
    assert sent(row) == ("failed", 1, "The receiver was switched off.")
    assert receiver.got == []


# e-mail


def test_a_person_gets_an_e_mail(world: World, settings: Any) -> None:
    settings.EMAIL_IS_SET_UP = True
    world.mia.email = "mia@example.com"
    world.mia.save()
    delivery.queue(world.store, "k", lambda: MESSAGE, [], [world.mia, world.bob])
    assert Delivery.objects.count() == 1  # Bob has no address
    assert sent(Delivery.objects.get())[0] == "sent"
    assert [(m.to, m.subject, m.body) for m in mail.outbox] == [
        (["mia@example.com"], "Refund rate 9%", "For 2 days."),
    ]


def test_e_mail_that_is_not_set_up_says_so(world: World) -> None:
    row = queued(world, destination(world, "email", "boss@example.com"))
    assert sent(row) == ("failed", 1, "E-mail is not set up on this server (EMAIL_URL).")


def test_people_are_found_by_name_and_by_duty_within_the_store(world: World) -> None:
    Member.objects.filter(user=world.bob).update(duties=["promotion"])
    Member.objects.filter(user=world.charlie).update(duties=["promotion"])
    found = delivery.people_of(world.store, [world.mia.pk, world.charlie.pk], "promotion")
    assert {user.username for user in found} == {"mia", "bob"}


# robots


def test_a_wecom_robot_gets_markdown(world: World, receiver: Receiver) -> None:
    receiver.answer = '{"errcode":0,"errmsg":"ok"}'
    assert sent(queued(world, destination(world, "wecom", receiver.url)))[0] == "sent"
    told = json.loads(receiver.got[0][1])
    assert told == {"msgtype": "markdown", "markdown": {"content": "**Refund rate 9%**\nFor 2 days."}}


def test_a_dingtalk_robot_is_signed_in_its_address(world: World, receiver: Receiver) -> None:
    receiver.answer = '{"errcode":0,"errmsg":"ok"}'
    with time_machine.travel(NOON, tick=False):
        sent(queued(world, destination(world, "dingtalk", receiver.url + "/robot/send?access_token=T", "SEC1")))
    asked = parse_qs(urlsplit(receiver.got[0][0]["path"]).query)
    stamp = str(int(NOON.timestamp()) * 1000)
    expected = base64.b64encode(hmac.new(b"SEC1", f"{stamp}\nSEC1".encode(), hashlib.sha256).digest()).decode()
    assert (asked["access_token"], asked["timestamp"], asked["sign"]) == (["T"], [stamp], [expected])


def test_a_feishu_robot_is_signed_in_its_body() -> None:
    posted = robots.written("feishu", "https://open.feishu.cn/x", "SEC1", MESSAGE, "1", 1_700_000_000)
    told = json.loads(posted.body)
    expected = base64.b64encode(hmac.new(b"1700000000\nSEC1", b"", hashlib.sha256).digest()).decode()
    assert (told["timestamp"], told["sign"], told["msg_type"]) == ("1700000000", expected, "text")
    assert told["content"]["text"].startswith("Refund rate 9%\n\nFor 2 days.")


@pytest.mark.parametrize(
    ("kind", "answer"),
    [("wecom", '{"errcode":93000,"errmsg":"invalid webhook"}'), ("feishu", '{"code":19021,"msg":"sign match fail"}')],
)
def test_a_robot_refuses_with_status_200_and_a_number(world: World, receiver: Receiver, kind: str, answer: str) -> None:
    receiver.answer = answer
    state, _attempts, error = sent(queued(world, destination(world, kind, receiver.url)))
    code, text = json.loads(answer).values()
    assert (state, error) == ("waiting", f"The receiver refused it: {code}: {text}.")


def test_a_long_text_is_cut_between_letters_to_what_a_robot_takes() -> None:
    posted = robots.written("wecom", "https://x", "", Message("退款率", "退" * 5000), "1", 0)
    content = json.loads(posted.body)["markdown"]["content"]
    assert len(content.encode()) <= 4096
    assert content.endswith("退…")


# where we send to


@pytest.mark.parametrize(
    ("address", "lan", "is_open"),
    [
        ("93.184.216.34", False, True),
        ("2606:2800:220:1::1", False, True),
        ("127.0.0.1", False, False),
        ("10.1.2.3", False, False),
        ("192.168.1.9", False, False),
        ("100.64.0.1", False, False),
        ("169.254.169.254", False, False),
        ("169.254.169.254", True, False),
        ("0.0.0.0", True, False),
        ("::1", False, False),
        ("fd00::1", False, False),
        ("::ffff:10.0.0.1", False, False),
        ("64:ff9b::a00:1", False, False),
        ("64:ff9b:1::a00:1", False, False),
        ("::127.0.0.1", False, False),
        ("::ffff:0:127.0.0.1", False, False),
        ("2002:7f00:1::1", False, False),
        ("fec0::1", True, False),
        ("fd00:ec2::254", True, False),
        ("192.168.1.9", True, True),
        ("127.0.0.1", True, True),
    ],
)
def test_it_speaks_to_the_open_internet_and_to_the_house_only_where_allowed(
    address: str, lan: bool, is_open: bool
) -> None:
    assert outbound.is_open(ipaddress.ip_address(address), lan) is is_open


@pytest.mark.parametrize("begin", [b"X: ", b"Connection: close\r\n\r\n"])
def test_an_answer_that_comes_letter_by_letter_is_not_waited_for(begin: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as server:
        told = threading.Thread(target=dribble, args=[server, begin])
        told.start()
        with pytest.raises(outbound.Unreachable, match="timeout"):
            outbound.post(f"http://127.0.0.1:{server.getsockname()[1]}", {}, b"{}", lan=True)
        told.join()


def dribble(server: socket.socket, begin: bytes) -> None:
    """A letter of a header or of the text now and then, for as long as somebody listens."""
    with server.accept()[0] as caller, suppress(OSError):
        caller.sendall(b"HTTP/1.1 200 OK\r\n" + begin)
        for _letter in range(200):
            caller.sendall(b"x")
            threading.Event().wait(0.02)


def test_a_name_that_leads_into_the_private_network_is_refused_for_good(
    world: World, receiver: Receiver, settings: Any
) -> None:
    port = urlsplit(receiver.url).port
    settings.MESSAGES_TO_LAN = False
    row = queued(world, destination(world, "webhook", f"https://localhost:{port}/in"))
    state, _attempts, error = sent(row)
    assert (state, error) == ("failed", "The address lies in a private network, which this server does not send to.")
    assert receiver.got == []


def test_it_connects_to_the_very_address_it_has_checked(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    port, real = urlsplit(receiver.url).port, socket.getaddrinfo
    answers = iter(["127.0.0.1", "10.0.0.1"])  # a name that points elsewhere when it is asked again

    def look_up(host: str, *args: Any, **more: Any) -> Any:
        return real(next(answers) if host == "rebind.example" else host, *args, **more)

    monkeypatch.setattr(outbound.socket, "getaddrinfo", look_up)
    assert outbound.post(f"http://rebind.example:{port}/in", {}, b"{}", lan=True).status == 200
    assert receiver.got[0][0]["Host"] == f"rebind.example:{port}"
    assert next(answers) == "10.0.0.1"  # it was asked once


@pytest.mark.parametrize("address", ["http://example.com", "ftp://example.com", "https://u:p@example.com", "boss", ""])
def test_only_plain_https_addresses_are_taken(world: World, address: str) -> None:
    with pytest.raises(ValidationError):
        destination(world, "webhook", address)
    assert not Destination.objects.exists()


def test_nothing_answers(world: World, settings: Any) -> None:
    settings.MESSAGES_TO_LAN = True
    row = queued(world, destination(world, "webhook", "http://127.0.0.1:1/in"))
    assert sent(row) == ("waiting", 1, "Nothing answers at this address.")


def test_a_robots_address_is_never_shown_in_full(world: World) -> None:
    to = destination(world, "wecom", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=SECRET")
    assert delivery.shown_address(to) == "qyapi.weixin.qq.com/…"
