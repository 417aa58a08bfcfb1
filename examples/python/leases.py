"""Leases that are held: renewed for as long as somebody works under them."""

import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from datetime import datetime
from threading import Event, Thread, Timer
from typing import Any

from answers import UNANSWERED, Refused
from asyncgate import ask
from streams import follow

RENEW = "mutation($input: RenewLeaseInput!) { renewLease(input: $input) { lease { id } } }"
LEASE_ENDED = "subscription { leaseEnded { id } }"

held: dict[str, Event] = {}


@contextmanager
def hold(lease: Any) -> Generator[Event, None, None]:
    """Renews a lease that was just claimed. The event is set once it has ended: the task is another's then."""
    ended = held[lease["id"]] = Event()
    acquired, expires = (datetime.fromisoformat(lease[at].replace("Z", "+00:00")) for at in ("acquiredAt", "expiresAt"))
    Thread(target=renew, args=(lease["id"], (expires - acquired).seconds, ended), daemon=True).start()
    try:
        yield ended
    finally:
        held.pop(lease["id"]).set()


def renew(lease: str, ttl: int, ended: Event) -> None:
    """Renews at a third of the lease's time, until it is refused, or unanswered until the lease has run out."""
    over = end_after(ttl, ended)
    while not ended.wait(ttl / 3):
        asked = time.monotonic()
        try:
            ask(RENEW, input={"leaseId": lease, "extendBySeconds": ttl})
            over.cancel()
            over = end_after(asked + ttl - time.monotonic(), ended)
        except Refused:
            ended.set()
        except UNANSWERED:
            pass
    over.cancel()


def end_after(seconds: float, ended: Event) -> Timer:
    timer = Timer(seconds, ended.set)
    timer.daemon = True
    timer.start()
    return timer


def listen() -> None:
    """Hears at once of leases that end otherwise than by a report: that are canceled, or expire."""
    with suppress(Refused):  # as the next claim is, which ends the worker
        for lease in follow(LEASE_ENDED):
            held.get(lease["id"], Event()).set()
