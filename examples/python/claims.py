"""What a worker claims, whatever answers are lost."""

from collections.abc import Iterator
from typing import Any

from answers import UNANSWERED
from asyncgate import ask, call, pause

LEASE = "{ id acquiredAt expiresAt task { payload progress { data } } }"
CLAIM = 'mutation { claimTasks(input: {types: ["example.report"], waitSeconds: 20}) { leases %s } }' % LEASE
HELD = "{ leases(states: [ACTIVE]) { nodes %s } }" % LEASE


def claims() -> Iterator[Any]:
    """Yields leases, for ever. Behind an unanswered claim come those that are held: it may have been heard."""
    while True:
        try:
            leases = ask(CLAIM)["claimTasks"]["leases"]
        except UNANSWERED as error:
            pause(0, error)
            leases = call(HELD)["leases"]["nodes"]
        yield from leases
