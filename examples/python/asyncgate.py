"""Who calls whom, and calls that are repeated until there is an answer."""

import json
import random
import time
from http.client import HTTPException
from itertools import count
from os import environ
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

URL = environ.get("ASYNCGATE_URL", "http://127.0.0.1:8080") + "/graphql"
KEY, PRINCIPAL = environ.get("ASYNCGATE_API_KEY"), environ.get("ASYNCGATE_PRINCIPAL", "agent:dev")
CALLER = {"Authorization": f"Bearer {KEY}"} if KEY else {"X-Principal": PRINCIPAL}
UNANSWERED = (OSError, HTTPException, ValueError)  # no connection, half an answer, the page of a proxy


class Refused(Exception):
    """The server's answer is no, and would be no again."""


def ask(document: str, **variables: Any) -> Any:
    """Asks once. Raises one of UNANSWERED when there is no answer, or one that says to ask again."""
    with post(document, variables, "application/json") as response:
        return data_of(json.load(response))


def call(document: str, **variables: Any) -> Any:
    """Asks until there is an answer. For what may be repeated: queries, tasks with a key, reports of a lease."""
    for failures in count():
        try:
            return ask(document, **variables)
        except UNANSWERED:
            pause(failures)


def post(document: str, variables: Any, accept: str) -> Any:
    body = json.dumps({"query": document, "variables": variables}).encode()
    headers = {"Content-Type": "application/json", "Accept": accept, **CALLER}
    try:
        return urlopen(Request(URL, body, headers), timeout=60)
    except HTTPError as refusal:
        data_of(json.load(refusal))  # raises what the answer says
        raise


def data_of(answer: Any) -> Any:
    if "errors" not in answer:
        return answer["data"]
    error = answer["errors"][0]
    raise (ConnectionError if error["extensions"]["retryable"] else Refused)(error["message"])


def pause(failures: int) -> None:
    """Pauses before asking again: up to a second at first, then longer and longer, up to half a minute."""
    time.sleep(random.uniform(0.5, 1) * min(2**failures, 30))
