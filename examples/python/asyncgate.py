"""Who calls whom, and calls that are repeated until there is an answer."""

import json
import random
import re
import sys
import time
from contextlib import suppress
from itertools import count
from os import environ
from threading import current_thread, main_thread
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from answers import UNANSWERED, data_of, reason

SERVER = environ.get("ASYNCGATE_URL") or "http://127.0.0.1:8080"
if not re.match("(?i)https?://[^/]", SERVER):
    sys.exit(f'ASYNCGATE_URL: "{SERVER}" is no address of a server: write http:// or https:// and a host')
URL = SERVER.rstrip("/") + "/graphql"
KEY, PRINCIPAL = environ.get("ASYNCGATE_API_KEY"), environ.get("ASYNCGATE_PRINCIPAL", "agent:dev")
CALLER = {"Authorization": f"Bearer {KEY}"} if KEY else {"X-Principal": PRINCIPAL}


def ask(document: str, **variables: Any) -> Any:
    """Asks once. Raises one of UNANSWERED when there is no answer, or one that says to ask again."""
    with post(document, variables, "application/json") as response:
        return data_of(json.load(response))


def call(document: str, **variables: Any) -> Any:
    """Asks until there is an answer. For what may be repeated: queries, tasks with a key, reports of a lease."""
    for failures in count():
        try:
            return ask(document, **variables)
        except UNANSWERED as error:
            pause(failures, error)


def post(document: str, variables: Any, accept: str) -> Any:
    body = json.dumps({"query": document, "variables": variables}).encode()
    headers = {"Content-Type": "application/json", "Accept": accept, **CALLER}
    try:
        return urlopen(Request(URL, body, headers), timeout=60)
    except HTTPError as refusal:
        with suppress(ValueError):  # the page of a proxy
            data_of(json.load(refusal))  # raises what the answer says
        raise


def pause(failures: int, error: Exception) -> None:
    """Says why, and pauses before asking again: up to a second at first, then longer, up to half a minute."""
    seconds = random.uniform(0.5, 1) * min(2**failures, 30)
    if current_thread() is main_thread():  # one voice is enough
        print(f"{URL}: {reason(error)}; trying again in {seconds:.1f} s", file=sys.stderr)
    time.sleep(seconds)
