"""Subscriptions over Server-Sent Events, which go on whatever breaks."""

import json
from collections.abc import Iterator
from typing import Any

from answers import UNANSWERED, data_of
from asyncgate import pause, post


def follow(document: str, **variables: Any) -> Iterator[Any]:
    """Yields what a subscription brings. Connects again, behind the last event that the caller is done with."""
    failures = 0
    while True:
        why: Exception = EOFError("the stream has ended")
        try:
            with post(document, variables, "text/event-stream") as stream:
                for line in stream:
                    if line.startswith(b"data: "):
                        (event,) = data_of(json.loads(line[6:])).values()
                        yield event
                        variables["after"], failures = event.get("cursor"), 0
        except UNANSWERED as error:
            why = error
        pause(failures, why)
        failures += 1
