"""Events of jobs, sent to a real server on loopback."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from tests.tuning.service.receiver import Receiver
from tuning.service.webhook import BEST, END, Webhook

SECRET = "a secret of the tests"  # noqa: S105


def test_an_event_is_signed_and_says_what_happened():
    with Receiver() as receiver:
        webhook = Webhook(receiver.address, SECRET)
        webhook.send(BEST, "digits", {"best_value": 0.9}, key="7")
        (event,) = receiver.wait_for(1)
        webhook.close()
    (body, signature) = receiver.got[0]
    expected = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    assert signature == f"sha256={expected}"
    assert (event["event"], event["job"], event["best_value"]) == ("best", "digits", 0.9)


def test_it_is_sent_again_until_it_is_taken_and_follows_no_redirect():
    with Receiver(500, 302) as receiver:
        webhook = Webhook(receiver.address, SECRET, pauses=[0.01, 0.01])
        webhook.send(END, "digits", {})
        events = receiver.wait_for(3)
        webhook.close()
    assert len(receiver.got) == 3
    assert len({event["id"] for event in events}) == 1


def test_an_answer_that_is_none_of_the_web_ends_nothing():
    with Receiver(None) as receiver:
        webhook = Webhook(receiver.address, SECRET, pauses=[0.01])
        webhook.send(END, "digits", {}, key="first")
        receiver.wait_for(2)  # again, as after any failure
        webhook.send(END, "digits", {}, key="second")
        events = receiver.wait_for(3)
        webhook.close()
    assert events[0]["id"] == events[1]["id"] != events[2]["id"]


def test_an_address_that_does_not_answer_holds_up_nothing():
    with Receiver() as receiver:
        receiver.release.clear()
        webhook = Webhook(receiver.address, SECRET, pauses=[0.01])
        for number in range(2000):  # more than are kept
            webhook.send(BEST, "digits", {}, key=str(number))
        assert receiver.got == []
        webhook.close()


@pytest.mark.parametrize(
    ("address", "secret", "message"),
    [
        ("file:///etc/passwd", SECRET, "begins with https://"),
        ("http://host/", "", "needs a secret"),
    ],
)
def test_what_cannot_work_is_refused(address, secret, message):
    with pytest.raises(ValueError, match=message):
        Webhook(address, secret)
