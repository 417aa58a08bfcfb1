"""A worker: claims reports, writes each for as long as it holds the lease, and completes or fails it.

Run as many as there is work for, each as a principal of its own: so it finds what an unanswered claim has given it.
"""

import signal
import sys
from contextlib import suppress
from threading import Event, Thread
from typing import Any

from answers import UNANSWERED, Refused
from asyncgate import ask, call
from claims import claims
from leases import hold, listen

PROGRESS = "mutation($input: ReportProgressInput!) { reportProgress(input: $input) { task { id } } }"
COMPLETE = "mutation($input: CompleteTaskInput!) { completeTask(input: $input) { task { id } } }"
FAIL = "mutation($input: FailTaskInput!) { failTask(input: $input) { task { id } } }"
RELEASE = "mutation($input: ReleaseLeaseInput!) { releaseLease(input: $input) { task { id } } }"


def write(task: Any, lease: dict[str, str], ended: Event) -> Any:
    """The work, in place of yours. It goes on where another worker has stopped, and stops when the lease has ended."""
    pages = task["progress"]["data"]["pages"] if task["progress"] else 0
    for sequence, page in enumerate(range(pages + 1, task["payload"]["pages"] + 1), 1):
        if ended.wait(0.5):
            raise TimeoutError("the lease has ended")
        call(PROGRESS, input={**lease, "progress": {"pages": page}, "sequence": sequence})
    return {"title": task["payload"]["title"], "pages": task["payload"]["pages"]}


def handle(task: Any, lease: dict[str, str], ended: Event) -> None:
    try:
        call(COMPLETE, input={**lease, "result": write(task, lease, ended)})
    except Exception as error:  # refused in its turn when the lease has ended
        call(FAIL, input={**lease, "error": {"message": repr(error)}, "retryable": isinstance(error, OSError)})
    except SystemExit:  # told to stop: another may go on at once
        with suppress(Refused, *UNANSWERED):
            ask(RELEASE, input=lease)
        raise


def main() -> None:
    for lease in claims():
        try:
            with hold(lease) as ended:
                handle(lease["task"], {"leaseId": lease["id"]}, ended)
        except Refused as refusal:
            print(f"lost {lease['id']}: {refusal}", flush=True)


for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, lambda *_: sys.exit())
Thread(target=listen, daemon=True).start()
try:
    main()
except Refused as refusal:
    sys.exit(str(refusal))
