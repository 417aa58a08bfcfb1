"""What the server answers, and what it means when there is no answer."""

from http.client import HTTPException
from typing import Any

UNANSWERED = (OSError, HTTPException, ValueError)  # no connection, half an answer, the page of a proxy


class Refused(Exception):
    """The server's answer is no, and would be no again."""


def data_of(answer: Any) -> Any:
    if "errors" not in answer:
        return answer["data"]
    error = answer["errors"][0]
    said = f"{error['extensions']['code']}: {error['message']}"
    raise (ConnectionError if error["extensions"]["retryable"] else Refused)(said)


def reason(error: Exception) -> str:
    """Why there is no answer, in a few words: connection refused."""
    cause = getattr(error, "reason", error)
    words = str(getattr(cause, "strerror", None) or cause)
    return words.lower() if words == words.capitalize() else words
