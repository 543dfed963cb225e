"""The day the phone is lost: recovery codes, resetting, and turning two-factor sign-in off (R7)."""

from __future__ import annotations

from functools import partial

import pytest

from tests.accounts.factors import RECOVERY, acts, give_password, half_way, now
from tests.client import Person, at_once
from tests.conftest import PASSWORD
from tests.factories import make_employee
from webapp.accounts.models import Account, RecoveryCode, SecondFactor
from webapp.accounts.services import second_factor, sessions
from webapp.accounts.services.second_factor import recovery_hash
from webapp.audit.models import AuditEntry
from webapp.common import clock

WRONG, WRONG_RECOVERY = "This code is not right", "none of your recovery codes"


def test_of_twenty_uses_of_one_recovery_code_at_once_one_wins(app, recovery):
    people = [half_way(app, REMOTE_ADDR=f"203.0.113.{n}") for n in range(20)]
    for person in people:
        person.fetch_token()
    replies = at_once(*[partial(person.post, "/sign-in/recovery-code", code=recovery[0]) for person in people])
    assert sorted(reply.status_code for reply in replies) == [303] + [422] * 19
    assert RecoveryCode.select().where(RecoveryCode.used_at.is_null()).count() == 9


def test_a_recovery_code_works_once_however_it_is_typed(app, recovery):
    typed = recovery[3].replace("-", " ").lower()
    assert half_way(app).post("/sign-in/recovery-code", code=typed).location == "/"
    assert AuditEntry.select().order_by(AuditEntry.id.desc()).get().changes == '["recovery_code"]'
    reply = half_way(app).post("/sign-in/recovery-code", code=recovery[3])
    assert reply.status_code == 422 and WRONG_RECOVERY in reply.text
    assert half_way(app).post("/sign-in/recovery-code", code=recovery[4]).location == "/"


def test_new_recovery_codes_need_a_code_and_end_the_old_ones(app, phone, recovery, admin, journey):
    assert admin.post("/account/second-factor/codes", code="000000").status_code == 422
    before = AuditEntry.select().count()
    codes = RECOVERY.findall(admin.post("/account/second-factor/codes", code=now(phone)).text)
    assert len(set(codes) - set(recovery)) == 10 and acts(before) == ["recovery_codes.made"]
    assert half_way(app).post("/sign-in/recovery-code", code=recovery[0]).status_code == 422
    assert half_way(app).post("/sign-in/recovery-code", code=codes[0]).location == "/"


def test_when_few_are_left_it_says_so(recovery, admin):
    RecoveryCode.update(used_at=clock.now()).where(
        RecoveryCode.code_hash != recovery_hash(SecondFactor.get().account_id, recovery[0])
    ).execute()
    page = admin.get("/account/second-factor").text
    assert "1 of your recovery codes is left. Make new ones" in page


@pytest.mark.parametrize(
    ("password", "right_code", "said"),
    [("wrong-Password-1", True, "not your current password"), (PASSWORD, False, WRONG), ("", True, "Type your")],
)
def test_turning_it_off_needs_password_and_code(app, phone, admin, password, right_code, said):
    reply = admin.post("/account/second-factor/off", password=password, code=now(phone) if right_code else "000000")
    assert reply.status_code == 422 and said in reply.text
    assert SecondFactor.get().confirmed_at and RecoveryCode.select().count() == 10


def test_turned_off_the_password_is_enough_again(app, phone, admin):
    before = AuditEntry.select().count()
    reply = admin.post("/account/second-factor/off", password=PASSWORD, code=now(phone))
    assert reply.location == "/account/second-factor" and acts(before) == ["second_factor.off"]
    assert not SecondFactor.select().count() and not RecoveryCode.select().count()
    assert give_password(Person(app)).location == "/"


def test_a_recovery_code_turns_it_off_too(recovery, admin):
    assert admin.post("/account/second-factor/off", password=PASSWORD, code=recovery[0]).status_code == 303


def test_whoever_lost_the_phone_is_let_in_by_password_again(app, phone, admin, company):
    account, before = Account.get_by_id(SecondFactor.get().account_id), AuditEntry.select().count()
    waiting = half_way(app)
    other = Account.get_by_id(make_employee(company).id)
    second_factor.reset(account, sessions.Operator(company.id, other.id, other.name))
    assert acts(before) == ["second_factor.reset"]
    assert admin.get("/").status_code == 303 and waiting.get("/sign-in/code").location == "/sign-in"
    assert give_password(Person(app)).location == "/"


def test_the_operator_can_reset_it(app, phone, admin):
    with app.app_context():
        done = app.test_cli_runner().invoke(args=["reset-two-factor", "--email", " ADA@example.com"])
        none = app.test_cli_runner().invoke(args=["reset-two-factor", "--email", "nobody@example.com"])
    assert done.exit_code == 0 and none.exit_code == 1 and "Nobody has" in none.stderr
    assert not SecondFactor.select().count() and admin.get("/").status_code == 303


def test_a_new_key_of_the_server_opens_the_old_secret(app, phone, tmp_path, journey):
    old = (tmp_path / "vault.key").read_text()
    for told in ("1 secrets of two-factor sign-in are sealed with it", ""):
        with app.app_context():
            assert told in app.test_cli_runner().invoke(args=["rotate-key"]).stdout
    assert old.split()[1] not in (tmp_path / "vault.key").read_text()
    assert half_way(app).post("/sign-in/code", code=now(phone)).location == "/"


def test_with_the_key_file_lost_a_recovery_code_still_helps(app, phone, recovery):
    SecondFactor.update(secret_sealed=b"x" * 60).execute()
    assert half_way(app).post("/sign-in/code", code=now(phone)).status_code == 422
    assert half_way(app).post("/sign-in/recovery-code", code=recovery[0]).location == "/"
