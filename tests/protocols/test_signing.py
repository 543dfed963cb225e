"""What is made of replies before and after a password was sent, without any device."""

from __future__ import annotations

import pytest

from webapp.protocols.curl import Endpoint
from webapp.protocols.errors import NearLock, NoDigest, Unauthorized
from webapp.protocols.isapi.status import STATUS
from webapp.protocols.signing import Signing
from webapp.protocols.talk import Reply

REFUSED = b"<userCheck><statusValue>401</statusValue><statusString>Unauthorized</statusString></userCheck>"
LOCKED = (
    b"<userCheck><statusValue>401</statusValue><lockStatus>lock</lockStatus><unlockTime>60</unlockTime></userCheck>"
)
CHALLENGE = {"www-authenticate": 'Digest realm="r", nonce="n", qop="auth"'}


def signing() -> Signing:
    return Signing(Endpoint("127.0.0.1", "127.0.0.1", 80, "admin", "Kamera-123"))


@pytest.mark.parametrize("status", [200, 403])
def test_a_refusal_before_the_password_was_sent_is_none_of_the_password(status):
    login = signing()
    requests = login.call(STATUS)
    assert not next(requests).authorization
    with pytest.raises(NoDigest):
        requests.send(Reply(status, "application/xml", REFUSED))
    assert login.refusal is None


def test_a_lock_is_believed_before_any_password_was_sent():
    requests = signing().call(STATUS)
    next(requests)
    with pytest.raises(Unauthorized) as error:
        requests.send(Reply(200, "application/xml", LOCKED))
    assert error.value.code == "locked" and error.value.locked_for == 60


def near(left: int) -> Reply:
    said = f"<userCheck><statusValue>401</statusValue><retryLoginTime>{left}</retryLoginTime></userCheck>"
    return Reply(401, "application/xml", said.encode(), CHALLENGE)


@pytest.mark.parametrize(
    ("left", "spared", "sent"), [(3, 2, True), (2, 2, False), (2, 1, True), (1, 1, False), (1, 0, True)]
)
def test_the_last_tries_before_a_lock_are_left_to_people(left, spared, sent):
    login = signing()
    login.spared = spared
    requests = login.call(STATUS)
    next(requests)
    if sent:
        assert requests.send(near(left)).authorization
        return
    with pytest.raises(NearLock):
        requests.send(near(left))
    assert not login.sent and login.refusal is None


def test_a_refusal_that_comes_with_200_after_the_password_is_the_last_try():
    login = signing()
    requests = login.call(STATUS)
    next(requests)
    assert requests.send(Reply(401, "text/html", b"", CHALLENGE)).authorization
    with pytest.raises(Unauthorized):
        requests.send(Reply(200, "application/xml", REFUSED))
    with pytest.raises(Unauthorized):
        next(login.call(STATUS))
