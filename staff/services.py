"""Changing people, memberships and keys."""

import hashlib
import secrets
from collections.abc import Iterable, Sequence

from auditlog.context import disable_auditlog
from auditlog.models import LogEntry
from django.contrib.auth.password_validation import validate_password
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from opsplan.lib import clock
from staff.models import ApiToken, Member, StoreDuty, User
from staff.roles import Duty, Level
from staff.spawning import cancel_tasks as cancel_tasks
from staff.spawning import renew_rounds as renew_rounds
from staff.spawning import spawn_tasks as spawn_tasks
from staff.spawning import tick_steps as tick_steps
from staff.spawning import ticked_steps as ticked_steps
from stores.models import Store

TOKEN_SECONDS = 60  # how long a known key is remembered, and how often its last use is written down


def create_user(username: str, password: str, *, display_name: str = "", is_admin: bool = False) -> User:
    """A person who can log in. ValidationError names `username` (taken, bad characters) or `password` (too weak)."""
    user = User(username=User.normalize_username(username.strip()), display_name=display_name.strip())
    user.is_staff = user.is_superuser = is_admin
    try:
        validate_password(password, user)
    except ValidationError as problem:
        raise ValidationError({"password": problem.messages}) from None
    user.set_password(password)
    user.full_clean()
    user.save()
    return user


def one_time_password() -> str:
    """Fifteen letters and figures that cannot be taken for one another."""
    return "-".join("".join(secrets.choice("abcdefghjkmnpqrstuvwxyz23456789") for _i in range(5)) for _j in range(3))


def add_member(store: Store, user: User, level: str, duties: Sequence[str] = ()) -> Member:
    """`user` joins the store. ValidationError: unknown level or duty, or a member already."""
    member = Member(store=store, user=user, level=checked_level(level), duties=checked_duties(duties, store))
    if Member.objects.filter(store=store, user=user).exists():
        raise ValidationError({"user": _("%s is a member already.") % user})
    member.save()
    return member


@transaction.atomic
def change_member(member: Member, level: str, duties: Sequence[str]) -> Member:
    """Another level, other duties. The last owner stays owner: ValidationError."""
    if checked_level(level) != Level.OWNER:
        refuse_last_owner(member, _("A store needs an owner: make somebody else owner first."))
    member.level, member.duties = level, checked_duties(duties, member.store)
    member.save(update_fields=["level", "duties"])
    return member


@transaction.atomic
def remove_member(member: Member) -> None:
    """The person leaves the store and keeps the account. The last owner cannot: ValidationError."""
    refuse_last_owner(member, _("The last owner cannot be removed: make somebody else owner first."))
    member.delete()


def refuse_last_owner(member: Member, sentence: str) -> None:
    """ValidationError when `member` is the only active owner. Call inside a transaction: it locks the owners' rows."""
    owners = Member.objects.select_for_update().filter(store_id=member.store_id, level=Level.OWNER)
    others = [x for x in owners.select_related("user") if x.pk != member.pk and x.user.is_active]
    if member.level == Level.OWNER and not others:
        raise ValidationError({"level": sentence})


def checked_level(level: str) -> str:
    if level not in set(Level):
        raise ValidationError({"level": _("Unknown level; choose one of: %s.") % ", ".join(Level)})
    return level


def checked_duties(duties: Iterable[str], store: Store | None = None) -> list[str]:
    """Duties in the order of `Duty`, then the store's own, each once."""
    given = set(duties)
    own = list(StoreDuty.objects.filter(store=store).values_list("key", flat=True)) if store else []
    known = [*Duty, *own]
    unknown = sorted(given - set(known))
    if unknown:
        raise ValidationError(
            {
                "duties": _("Unknown duty %(bad)s; choose from: %(good)s.")
                % {"bad": unknown[0], "good": ", ".join(known)}
            }
        )
    return [str(x) for x in known if x in given]


def digest_of(plaintext: str) -> str:
    """A key has 256 random bits, so one round of SHA-256 is enough to keep it secret."""
    return hashlib.sha256(plaintext.encode()).hexdigest()


def create_token(
    user: User, name: str, scope: str, stores: Sequence[Store], metrics: Sequence[str] = ()
) -> tuple[ApiToken, str]:
    """A key for a program and its plaintext, which is shown now and never again.

    ValidationError: no name, no store, an unknown scope, or a store that `user` is not a member of.
    """
    if scope not in ApiToken.Scope.values:
        raise ValidationError({"scope": _("Unknown scope; choose one of: %s.") % ", ".join(ApiToken.Scope.values)})
    if not stores:
        raise ValidationError({"stores": _("Choose at least one store.")})
    mine = set(Member.objects.filter(user=user).values_list("store_id", flat=True))
    strange = [store for store in stores if store.pk not in mine and not user.is_superuser]
    if strange:
        raise ValidationError(
            {"stores": _("%(user)s is not a member of %(store)s.") % {"user": user, "store": strange[0]}}
        )
    plaintext = f"ops_{secrets.token_urlsafe(32)}"
    token = ApiToken(user=user, name=name.strip(), scope=scope, prefix=plaintext[:12], digest=digest_of(plaintext))
    token.metrics = list(dict.fromkeys(metrics))
    token.full_clean()
    with transaction.atomic(), disable_auditlog():
        token.save()
        token.stores.set(stores)
    written = {"name": token.name, "scope": token.scope, "stores": ", ".join(store.slug for store in stores)}
    if token.metrics:
        written["metrics"] = ", ".join(token.metrics)
    changes = {field: ["None", text] for field, text in written.items()}
    LogEntry.objects.log_create(token, action=LogEntry.Action.CREATE, changes=changes)
    return token, plaintext


def find_token(plaintext: str) -> ApiToken | None:
    """The living key with this plaintext, its user and stores loaded; None when unknown, revoked or its user is off.

    Found by digest, never by comparing plaintexts, so timing tells nothing. Remembered for a minute; `revoke` and
    `forget_tokens` drop it at once.
    """
    digest = digest_of(plaintext)
    token: ApiToken | None = cache.get(cache_key(digest))
    if token is None:
        living = ApiToken.objects.filter(digest=digest, revoked_at=None, user__is_active=True)
        token = living.select_related("user").prefetch_related("stores").first()
        if token is None:
            return None
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=clock.now())
        cache.set(cache_key(digest), token, TOKEN_SECONDS)
    return token if secrets.compare_digest(token.digest, digest) else None


def revoke(token: ApiToken) -> None:
    """The key opens nothing from now on. Revoking twice changes nothing."""
    if token.revoked_at is None:
        token.revoked_at = clock.now()
        token.save(update_fields=["revoked_at"])
    cache.delete(cache_key(token.digest))


def forget_tokens(user: User) -> None:
    """After a change to the person (switched off, for one): their keys are looked up anew."""
    cache.delete_many([cache_key(x) for x in ApiToken.objects.filter(user=user).values_list("digest", flat=True)])


def cache_key(digest: str) -> str:
    return f"token:{digest}"
