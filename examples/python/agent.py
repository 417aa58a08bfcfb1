"""An agent: delegates three reports, and prints what becomes of each.

Kill it whenever you like and start it again: it goes on where it was, from a file that it keeps until all is done.
"""

import json
import sys
import uuid
from pathlib import Path
from typing import Any

from answers import Refused
from asyncgate import call
from streams import follow

MEMORY = Path("agent-python.json")
CREATE = "mutation($inputs: [CreateTaskInput!]!) { createTasks(inputs: $inputs) { created } }"
RESULTS = """subscription($after: String) { resultReady(after: $after) { cursor receipt {
  task { idempotencyKey outcome { status result error reason } } } } }"""


def remember(memory: Any) -> None:
    new = MEMORY.with_suffix(".new")
    new.write_text(json.dumps(memory))
    new.replace(MEMORY)  # so that it is whole, whenever the agent dies


def main() -> None:
    if not MEMORY.exists():  # all results come after the ledger's head of now: nothing is delegated yet
        titles = {str(uuid.uuid4()): f"Chapter {n}" for n in (1, 2, 3)}
        remember({"cursor": call("{ ledgerHead }")["ledgerHead"], "waiting": titles})
    memory = json.loads(MEMORY.read_text())
    waiting = memory["waiting"]

    tasks = [
        {"type": "example.report", "payload": {"title": title, "pages": 3}, "idempotencyKey": key}
        for key, title in waiting.items()
    ]
    call(CREATE, inputs=tasks)  # a key that the server knows makes no second task

    for event in follow(RESULTS, after=memory["cursor"]):
        task = event["receipt"]["task"]
        title = waiting.pop(task["idempotencyKey"], None)
        if title:  # else it is of another run
            print(title, task["outcome"]["status"], json.dumps(task["outcome"]["result"]), flush=True)
        if not waiting:
            break
        # Only now that the result has been dealt with. Dying before this line brings it again, dying after it does not.
        memory["cursor"] = event["cursor"]
        remember(memory)
    MEMORY.unlink()


try:
    main()
except Refused as refusal:
    sys.exit(str(refusal))
