"""Desk reports as files (CSV, xlsx, xls): a line is a person's day.

Columns are found by their headers, as the platforms and our own template write them; a person by user name, display
name, or a name they have in reports (`Member.desk_names`). A file is taken over whole or not at all; what it does not
tell of stays.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from opsplan.fitting import fitting
from opsplan.lib import columns
from opsplan.lib.problems import TEXTS
from opsplan.lib.sheets import unguarded
from opsplan.lib.tabular import Table, tables
from opsplan.lib.text import sentences
from staff import desk
from staff.models import DeskDay, Member, User
from stores.models import Store
from stores.sent_files import columns_named, on_disk

NAMES = {
    "day": "日期 统计日期 统计时间 day date",
    "who": "客服 客服昵称 客服名称 客服账号 客服姓名 旺旺 旺旺昵称 旺旺账号 子账号 员工 姓名 person name user",
    "received": "接待人数 接待量 接待买家数 总接待人数 接待客户数 buyersreceived received",
    "enquiries": "询单人数 询单量 询单客户数 enquiries",
    "converted": "询单付款人数 询单->最终付款人数 最终付款人数 询单成交人数 询单转化人数 enquiriesthatpaid converted",
    "response_s": "首次响应 首次响应时长 首次响应时间 首响 平均首次响应 平均首次响应时间 平均首次响应时长 平均响应 "
    "平均响应时间 firstresponse,seconds responses",
    "rated": "评价数 评价量 评价人数 收到评价数 ratings rated",
    "good": "好评数 好评 好评人数 满意数 满意评价数 goodratings good",
}
HEADERS = {field: names.split() for field, names in NAMES.items()}
TEMPLATE = ("日期", "客服", "接待人数", "询单人数", "询单付款人数", "首次响应(秒)", "评价数", "好评数")
HEADER_ROWS, MOST_ROWS, TOLD = 20, 20_000, 20
LONG = re.compile(r"(?:(\d+)[:时](?=\d+[:分]))?(?:(\d+)[:分])?(\d+(?:\.\d+)?)?秒?")
Told = dict[str, object]


@dataclass(frozen=True)
class Line:
    """A line that was understood: whose day, and what it tells (keys of desk.FIELDS that the file has)."""

    line: int
    user: User
    day: dt.date
    told: Told


def folded(text: str) -> str:
    """A header without case, blanks, brackets and units."""
    return re.sub(r"[\s_()\[\]【】*\ufeff]|秒", "", unicodedata.normalize("NFKC", text).casefold())


def columns_of(cells: Sequence[str]) -> dict[str, int]:
    """field -> column, for a header row; {} for another row."""
    found = columns_named([folded(x) for x in cells], HEADERS)
    return found if {"day", "who"} <= found.keys() and found.keys() & set(desk.FIELDS) else {}


def seconds(text: str) -> str:
    """`32`, `32秒`, `1分5秒` or `0:01:05` in seconds; what is none of these stays, to be refused."""
    found = LONG.fullmatch(unicodedata.normalize("NFKC", text).replace(" ", ""))
    if found is None or not any(found.groups()):
        return text
    hours, minutes, rest = (float(x or 0) for x in found.groups())
    return f"{hours * 3600 + minutes * 60 + rest:g}"


def people_of(store: Store) -> dict[str, User]:
    """Every name of the store's people, folded. A name two of them have is nobody's."""
    found: dict[str, set[User]] = {}
    for member in Member.objects.filter(store=store).select_related("user"):
        names = [member.user.username, member.user.display_name, *re.split(r"[,，、;；\n]", member.desk_names)]
        for name in names:
            if name.strip():
                found.setdefault(folded(name), set()).add(member.user)
    return {name: users.pop() for name, users in found.items() if len(users) == 1}


def whose(people: Mapping[str, User], text: str) -> User | None:
    """By the name as it stands, else by what stands after the shop's (`晨露旗舰店:小雅`)."""
    short = re.split(r"[:：]", text)[-1]
    return people.get(folded(text)) or people.get(folded(short))


def read(store: Store, opened: IO[bytes], name: str) -> list[Line]:
    """The lines of a file. ValidationError: no such table, or everything wrong with its lines, by line."""
    with on_disk(opened, name) as (path, _digest):
        return understood(store, tables(path)[0])


def understood(store: Store, table: Table) -> list[Line]:
    people, known, found, problems = people_of(store), dict[str, int](), list[Line](), list[str]()
    seen: set[tuple[User, dt.date]] = set()
    for number, (line, cells) in enumerate(table.rows()):
        if not known:
            known = columns_of(cells)
            if not known and number >= HEADER_ROWS:
                break
            continue
        at = {field: unguarded(cells[place].strip()) if place < len(cells) else "" for field, place in known.items()}
        if not any(at.values()):
            continue
        try:
            one = understood_line(people, line, at)
            if (one.user, one.day) in seen:
                raise ValidationError(_("%(who)s stands above with this day already.") % {"who": one.user})
            seen.add((one.user, one.day))
            found.append(one)
        except ValidationError as problem:
            problems.append(_("Line %(line)d: %(what)s") % {"line": line, "what": " ".join(problem.messages)})
        if len(found) + len(problems) > MOST_ROWS:
            raise ValidationError(_("A file may have %d lines at most.") % MOST_ROWS)
    if problems:
        raise ValidationError(shortened(problems))
    if not found:
        raise ValidationError(
            _("No line of a desk report was found: it needs a header with the day, the person, and a figure.")
        )
    return found


def shortened(problems: list[str]) -> list[str]:
    left = len(problems) - TOLD
    return problems[:TOLD] + ([_("… and %d lines more.") % left] if left > 0 else [])


def understood_line(people: Mapping[str, User], line: int, at: dict[str, str]) -> Line:
    """ValidationError for what cannot be."""
    user = whose(people, at["who"])
    if user is None:
        raise ValidationError(_("Nobody on the team is called “%s”.") % at["who"][:60])
    try:
        day = columns.day(at["day"])
    except columns.Fault as fault:
        raise ValidationError(_(TEXTS[fault.code]) % fault.params) from None
    if day is None:
        raise ValidationError(_(TEXTS["missing_date"]))
    told: Told = {field: None if at[field] in ("-", "--", "—") else at[field] for field in desk.FIELDS if field in at}
    if told.get("response_s"):
        told["response_s"] = seconds(str(told["response_s"]))
    return Line(line, user, day, told)


def take_over(store: Store, lines: Sequence[Line], by: User | None) -> int:
    """Set every day the lines tell of, or none (ValidationError by line). Returns how many are new or changed."""
    problems, changed = [], 0
    with transaction.atomic():
        for one in lines:
            old = DeskDay.objects.filter(store=store, user=one.user, day=one.day).first()
            before = {field: getattr(old, field) if old else None for field in desk.FIELDS}
            try:
                new = desk.set_day(store, one.user, one.day, before | one.told, by)
            except ValidationError as problem:
                problems.append(_("Line %(line)d: %(what)s") % {"line": one.line, "what": complaint(problem)})
                continue
            changed += {field: getattr(new, field) if new else None for field in desk.FIELDS} != before
        if problems:
            raise ValidationError(shortened(problems))
    return changed


def complaint(problem: ValidationError) -> str:
    """What is wrong, with the field's name in front."""
    said = []
    for field, texts in problem.message_dict.items():
        name = getattr(DeskDay._meta.get_field(field), "verbose_name", "") if field in desk.FIELDS else ""
        said.append(name + _(": ") + sentences(*texts) if name else sentences(*texts))
    return sentences(*said)


def name_people(store: Store, names: Mapping[int, str]) -> None:
    """Keep the names people have in desk reports, by user id. ValidationError where two would have the same one."""
    with transaction.atomic():
        members = {x.user_id: x for x in Member.objects.filter(store=store).select_related("user")}
        for pk, typed in names.items():
            member = members.get(pk)
            told = fitting("names", typed, 300)
            if member is not None and member.desk_names != told:
                member.desk_names = told
                member.save(update_fields=["desk_names"])
        taken: dict[str, User] = {}
        for member in members.values():
            for name in {folded(x) for x in re.split(r"[,，、;；\n]", member.desk_names)} - {""}:
                if taken.setdefault(name, member.user) != member.user:
                    raise ValidationError(
                        _("%(one)s and %(other)s cannot have the same name in reports.")
                        % {"one": taken[name], "other": member.user}
                    )
