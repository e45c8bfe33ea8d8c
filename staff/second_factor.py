"""The second factor: a code from an app on the person's phone (TOTP), or one of ten recovery codes, each good once.

The keeping, checking, throttling and the refusal of a code used twice are django-otp's.
"""

import base64
import secrets

import segno
from django.conf import settings
from django.db import transaction
from django_otp import match_token
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from staff.models import Member, User
from staff.roles import Level

APP, RECOVERY = "app", "recovery"  # names of the devices
CODES = 10
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
PASSED = "second_factor"  # in the session: a code was given at this log-in


def is_on(user: User) -> bool:
    return bool(TOTPDevice.objects.filter(user=user, confirmed=True).exists())


def are_asked() -> bool:
    """Whether the installation wants one from anybody (SECOND_FACTOR=owners)."""
    return bool(settings.SECOND_FACTOR == "owners")


def is_required(user: User) -> bool:
    """Whether the installation wants one from this person: owners of a store, administrators."""
    if not are_asked():
        return False
    return user.is_superuser or Member.objects.filter(user=user, level=Level.OWNER).exists()


def begin(user: User) -> TOTPDevice:
    """The device that is being set up; it counts from the first right code on."""
    device, _new = TOTPDevice.objects.get_or_create(user=user, name=APP, confirmed=False)
    return device


def picture(device: TOTPDevice) -> str:
    """The QR code an app reads, as a data: address of an SVG (dark on white in both themes, as cameras want it)."""
    made: str = segno.make(device.config_url, error="m").svg_data_uri(scale=4, border=3, light="#fff", dark="#000")
    return made


def key_of(device: TOTPDevice) -> str:
    """The same for typing, in groups of four."""
    plain = base64.b32encode(device.bin_key).decode().rstrip("=")
    return " ".join(plain[i : i + 4] for i in range(0, len(plain), 4))


@transaction.atomic
def confirm(user: User, code: str) -> list[str] | None:
    """Switch it on with the first code; the recovery codes, or None when the code is wrong."""
    device = TOTPDevice.objects.select_for_update().filter(user=user, name=APP, confirmed=False).first()
    if device is None or not device.verify_token(plain(code)):
        return None
    TOTPDevice.objects.filter(user=user, confirmed=True).delete()
    device.confirmed = True
    device.save(update_fields=["confirmed"])
    return new_codes(user)


@transaction.atomic
def new_codes(user: User) -> list[str]:
    """Ten recovery codes in place of those there were; shown now and never again."""
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name=RECOVERY, confirmed=True)
    codes = ["".join(secrets.choice(LETTERS) for _i in range(10)) for _j in range(CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=device, token=code) for code in codes)
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def codes_left(user: User) -> int:
    return int(StaticToken.objects.filter(device__user=user).count())


def check(user: User, code: str) -> bool:
    """Whether it is the code of now or an unused recovery code. After wrong ones it takes longer and longer."""
    return match_token(user, plain(code)) is not None


@transaction.atomic
def switch_off(user: User) -> None:
    TOTPDevice.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()


def plain(code: str) -> str:
    return "".join(x for x in code.lower() if x.isalnum())
