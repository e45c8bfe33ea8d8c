"""From a file to a state: rejected, loaded, unchanged, unknown, cancelled; and what is told about it."""

import csv
import errno
import io
import json

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from kpis.ingest import pipeline
from kpis.ingest.intake import full_path
from kpis.ingest.telling import safe
from kpis.models import Order, RowProblem, StaleDay, Upload
from tests.ingest.bring import FULL, SHORT, UNPAID, A, B, bring, content, counts, everything, rows
from tests.ingest.make import as_xlsx, as_zip

pytestmark = pytest.mark.django_db
BAD = ["1009", "12,0x", "10.00", "上海", "2026-13-01 10:00:00", "", "-3"]


def test_a_bad_row_keeps_the_whole_file_out(world):
    upload = bring(world.store, content(SHORT, A, BAD, B))
    assert (upload.state, upload.rejected, Order.objects.count(), StaleDay.objects.count()) == ("rejected", 1, 0, 0)
    assert rows(RowProblem, "line", "column", "code") == [
        (3, "总金额", "bad_number"),
        (3, "订单创建时间", "bad_month"),
        (3, "退款金额", "negative_amount"),
    ]


def test_skipping_loads_the_good_rows_and_keeps_the_file(world):
    upload = bring(world.store, content(SHORT, A, BAD, B), on_problem="skip")
    assert (upload.state, counts(upload), Order.objects.count()) == ("loaded", (2, 0, 0, 0, 1), 2)
    assert full_path(upload).exists()


def test_a_file_of_bad_rows_only_is_rejected_even_when_skipping(world):
    assert bring(world.store, content(SHORT, BAD), on_problem="skip").state == "rejected"


def test_a_repeated_number_names_the_line_it_stood_on_first(world):
    upload = bring(world.store, content(SHORT, A, B, A), on_problem="skip")
    assert rows(RowProblem, "line", "column", "value", "code", "params") == [
        (4, "订单编号", "1001", "repeated_id", {"first_line": "2"})
    ]
    assert (Order.objects.count(), upload.rejected) == (2, 1)


def test_a_loaded_file_is_deleted(world, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    upload = bring(world.store, content(SHORT, A))
    assert (upload.state, upload.path) == ("loaded", "")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_preview_waits_for_a_decision_and_says_what_would_happen(world):
    bring(world.store, content(SHORT, A))
    upload = bring(world.store, content(SHORT, A, B, UNPAID), auto_load=False)
    assert (upload.state, counts(upload), Order.objects.count()) == ("ready", (2, 0, 1, 0, 0), 1)
    assert (str(upload.first_day), str(upload.last_day)) == ("2026-03-01", "2026-03-02")
    pipeline.load(upload)
    assert (upload.state, Order.objects.count()) == ("loaded", 3)


def test_what_changed_between_preview_and_load_is_looked_at_again(world):
    first = bring(world.store, content(SHORT, A, B), auto_load=False)
    bring(world.store, content(SHORT, A))
    pipeline.load(first)
    assert counts(first) == (1, 0, 1, 0, 0)


def test_a_dry_run_loads_nothing(world):
    upload = bring(world.store, content(SHORT, A), dry_run=True)
    assert (upload.state, pipeline.as_json(upload)["status"], pipeline.as_json(upload)["new"]) == ("ready", "loaded", 1)
    assert Order.objects.count() == 0


def test_nothing_new_needs_no_decision(world):
    bring(world.store, content(SHORT, A, B))
    assert bring(world.store, content(SHORT, B), auto_load=False).state == "unchanged"


def test_a_known_file_is_told_at_once(world):
    bring(world.store, content(SHORT, A, B))
    [again] = pipeline.receive(world.store, io.BytesIO(content(SHORT, A, B)), "copy of it.csv")
    assert (again.state, counts(again), again.path) == ("unchanged", (0, 0, 2, 0, 0), "")


@pytest.mark.parametrize(
    "happened",
    [
        lambda store: Order.objects.filter(order_no="1001").delete(),
        lambda store: bring(store, content(SHORT, [*A[:1], "99.00", "99.00", *A[3:]])),
        lambda store: Upload.objects.update(reader_version=0),
    ],
    ids=["facts deleted", "facts overwritten", "reader renewed"],
)
def test_a_known_file_is_read_again_when_something_happened_since(world, happened):
    bring(world.store, content(SHORT, A, B))
    happened(world.store)
    [again] = pipeline.receive(world.store, io.BytesIO(content(SHORT, A, B)), "report.csv")
    assert again.state == "waiting"


def test_a_known_file_with_a_later_export_time_is_read_again(world):
    bring(world.store, content(SHORT, A), "orders_202603051200.csv")
    [again] = pipeline.receive(world.store, io.BytesIO(content(SHORT, A)), "orders_202603061200.csv")
    assert again.state == "waiting"


def test_another_store_does_not_know_the_file(world):
    bring(world.store, content(SHORT, A))
    assert counts(bring(world.other, content(SHORT, A))) == (1, 0, 0, 0, 0)


def test_an_unknown_layout_is_kept_for_a_person_to_say_what_it_is(world):
    upload = bring(world.store, b"a,b,c\n1,2,3\n")
    assert (upload.state, full_path(upload).exists()) == ("unknown", True)
    assert rows(RowProblem, "line", "code") == [(0, "unknown_layout")]


def test_a_damaged_file_is_rejected_with_the_reason(world):
    upload = bring(world.store, b"PK\x03\x04 this is no zip")
    assert (upload.state, upload.rejected) == ("rejected", 0)
    assert RowProblem.objects.get().line == 0


def test_a_header_without_rows_is_rejected(world):
    assert rows(RowProblem, "code", upload=bring(world.store, content(SHORT))) == [("no_rows",)]


def test_a_file_above_the_limit_is_refused_and_leaves_nothing(world, settings, tmp_path):
    settings.UPLOAD_LIMIT_MB, settings.MEDIA_ROOT = 0, tmp_path
    with pytest.raises(ValidationError, match="0 MB"):
        bring(world.store, content(SHORT, A))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_full_disk_is_one_sentence_and_leaves_nothing(world, settings, tmp_path):
    class Full(io.BytesIO):
        def read(self, _size=-1):
            raise OSError(errno.ENOSPC, "no room")

    settings.MEDIA_ROOT = tmp_path
    with pytest.raises(ValidationError, match="disk is full"), translation.override("en"):
        pipeline.receive(world.store, Full(), "a.csv")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_each_table_in_a_zip_is_an_upload_of_its_own(world, tmp_path):
    path = as_zip(tmp_path / "both.zip", {"a.csv": content(SHORT, A), "b.csv": content(SHORT, B)})
    uploads = pipeline.receive(world.store, io.BytesIO(path.read_bytes()), path.name, auto_load=True)
    assert [pipeline.check(upload).state for upload in uploads] == ["loaded", "loaded"]
    assert Order.objects.count() == 2


@pytest.mark.parametrize("change", ["gb18030", "bom", "crlf", "guards", "xlsx"])
def test_the_same_rows_in_another_dress_are_the_same_facts(world, tmp_path, change):
    bring(world.store, content(SHORT, A, B, UNPAID))
    if change == "gb18030":
        data = content(SHORT, A, B, UNPAID, encoding="gb18030")
    elif change == "bom":
        data = content(SHORT, A, B, UNPAID, encoding="utf-8-sig")
    elif change == "crlf":
        data = content(SHORT, A, B, UNPAID).replace(b"\n", b"\r\n")
    elif change == "guards":
        data = content(SHORT, *([f'="{cell}"' for cell in row] for row in (A, B, UNPAID)))
    else:
        data = as_xlsx(tmp_path / "x.xlsx", [SHORT, A, B, UNPAID]).read_bytes()
    assert counts(bring(world.other, data, "x.xlsx" if change == "xlsx" else "x.csv")) == (3, 0, 0, 0, 0)
    assert everything(Order, world.store) == everything(Order, world.other)


def test_json_is_what_the_command_line_promises(world):
    told = pipeline.as_json(bring(world.store, content(SHORT, A, BAD), "三月.csv", on_problem="skip"))
    assert json.loads(json.dumps(told))["problems"][0].keys() == {"line", "column", "value", "code", "message"}
    del told["problems"]
    assert told == {
        "name": "三月.csv",
        "source": "tmall_order_short",
        "encoding": "utf-8",
        "status": "loaded",
        "rows": 2,
        "new": 1,
        "changed": 0,
        "unchanged": 0,
        "rejected": 1,
        "first": "2026-03-01",
        "last": "2026-03-01",
    }


@pytest.mark.parametrize("state", ["failed", "cancelled"])
def test_a_file_that_did_not_load_without_a_bad_row_says_why(world, state):
    upload = bring(world.store, content(SHORT, A), dry_run=True)
    upload.state = state
    told = pipeline.as_json(upload)
    assert (told["status"], [x["code"] for x in told["problems"]]) == ("rejected", [state])


def test_of_a_rejected_file_nothing_is_new(world):
    told = pipeline.as_json(bring(world.store, content(SHORT, A, BAD)))
    assert (told["status"], told["new"], told["rejected"]) == ("rejected", 0, 1)


def test_older_rows_count_as_unchanged_in_json(world):
    bring(world.store, content(SHORT, A), "orders_202603051200.csv")
    older = bring(world.store, content(SHORT, [*A[:1], "90", "90", *A[3:]]), "orders_202603041200.csv")
    assert pipeline.as_json(older)["unchanged"] == 1


def test_bad_rows_come_back_in_their_own_layout_with_a_reason(world):
    upload = bring(world.store, content(SHORT, A, BAD), on_problem="skip")
    with translation.override("en"):
        told = "".join(pipeline.problems_csv(upload))
    header, row = csv.reader(told.removeprefix("\ufeff").splitlines())
    assert told.startswith("\ufeff")
    assert header == [name.strip() for name in SHORT] + ["Reason"]
    assert row[:7] == BAD
    assert "There is no month 13" in row[7]


def test_a_corrected_file_of_bad_rows_can_be_imported(world):
    upload = bring(world.store, content(SHORT, A, BAD), on_problem="skip")
    told = "".join(pipeline.problems_csv(upload))
    for wrong, right in (("12,0x", "12.00"), ("2026-13-01", "2026-03-01"), (",-3,", ",0,")):
        told = told.replace(wrong, right)
    assert counts(bring(world.store, told.encode())) == (1, 0, 0, 0, 0)


def test_problems_are_told_even_when_the_file_is_gone(world):
    upload = bring(world.store, content(SHORT, BAD))
    pipeline.forget_file(upload)
    assert len("".join(pipeline.problems_csv(upload)).strip().splitlines()) == 4


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("@x", "'@x"),
        ("-12.50", "-12.50"),
        ("+3%", "+3%"),
        ("-", "-"),
        ("-1+cmd", "'-1+cmd"),
        ("5113974829000123", '="5113974829000123"'),
        ('="51139"', '="51139"'),
    ],
)
def test_cells_are_no_formulas_and_keep_their_numbers(cell, written):
    assert safe(cell) == written


def test_the_log_knows_no_buyer(world, caplog):
    secret = [*A, "交易成功", "秘密买家", "1", "0", ""]
    with caplog.at_level("INFO"):
        bring(world.store, content(FULL, secret, secret), on_problem="skip")
    assert caplog.records
    assert not any("秘密买家" in str(vars(record)) for record in caplog.records)


def test_the_month_of_a_real_shop_adds_up(world, tmall_report):
    upload = bring(world.store, tmall_report.read_bytes(), tmall_report.name)
    facts = list(Order.objects.values_list("pay_fen", "refund_fen"))
    paid = [(pay, refund) for pay, refund in facts if pay is not None]
    assert (upload.rows, upload.new, upload.rejected, len(facts), len(paid)) == (28010, 28010, 0, 28010, 24087)
    assert (sum(pay for pay, _ in paid), sum(refund for _, refund in facts)) == (247482307, 57233592)
    assert sum(refund < pay for pay, refund in paid) == 18955
    assert (str(upload.first_day), str(upload.last_day)) == ("2020-02-01", "2020-02-29")


def test_the_real_month_shuffled_or_in_halves_changes_nothing(world, tmall_report):
    head, *body = tmall_report.read_bytes().splitlines(keepends=True)
    bring(world.store, head + b"".join(body[:16000]))
    second = bring(world.store, head + b"".join(body[12000:]))
    shuffled = bring(world.store, head + b"".join(sorted(body, key=hash)))
    assert (counts(second), counts(shuffled)) == ((12010, 0, 4000, 0, 0), (0, 0, 28010, 0, 0))
    bring(world.other, b"".join([head, *body]))
    assert everything(Order, world.store) == everything(Order, world.other)
