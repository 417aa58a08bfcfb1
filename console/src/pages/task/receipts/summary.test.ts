import { expect, test } from "vitest";
import { readJson } from "../../../api/json";
import { summaryOf } from "./summary";

const at = "2026-01-02T03:04:05.000000Z";
const told = (type: string, body: string, archived = false) =>
  summaryOf({ type, createdAt: at, body: readJson(body), archived });

test.each([
  ["TASK_ASSIGNED", '{"expected_outcome": "any", "reason": null}', "An outcome is owed"],
  ["TASK_ASSIGNED", '{"expected_outcome": "result"}', "A result is owed"],
  ["TASK_ASSIGNED", '{"expected_outcome": "artifact"}', "An artifact is owed"],
  ["TASK_ASSIGNED", '{"reason": "the host is up"}', "Again: the host is up"],
  ["TASK_ACCEPTED", '{"expires_at": "2026-01-02T03:06:05.000000Z"}', "Claimed for 2m"],
  ["TASK_ACCEPTED", '{"expires_at": "soon"}', "Claimed"],
  ["TASK_STARTED", '{"started_at": "2026-01-02T03:04:05.000000Z"}', "Work has begun"],
  ["TASK_PROGRESS", '{"progress": {"step": "tests", "passed_tests": 418}, "sequence": 2}', "step: tests, passed tests: 418"],
  ["TASK_PROGRESS", '{"progress": 0.25}', "0.25"],
  ["TASK_PROGRESS", '{"progress": null}', "No details"],
  ["TASK_COMPLETED", '{"summary": "Built", "result": 1, "artifacts": [{}, {}]}', "Built; 2 artifacts"],
  ["TASK_COMPLETED", '{"result": {"id": 12345678901234567890}, "artifacts": []}', "id: 12345678901234567890"],
  ["TASK_COMPLETED", "{}", "Done"],
  [
    "TASK_FAILED",
    '{"error": {"code": "E", "message": "broke"}, "terminal_reason": "max_attempts_exceeded"}',
    "E: broke; no attempts are left",
  ],
  ["TASK_FAILED", '{"error": "broke", "terminal_reason": "newly_invented"}', "broke; newly invented"],
  ["TASK_FAILED", '{"error": {"truncated": true, "preview": "so long"}}', "so long"],
  ["TASK_CANCELED", '{"reason": "not needed"}', "not needed"],
  ["TASK_CANCELED", '{"reason": null}', "No reason given"],
  [
    "TASK_RETRY_SCHEDULED",
    '{"error": "broke", "next_eligible_at": "2026-01-02T03:04:20.000000Z"}',
    "broke; next try in 15s",
  ],
  [
    "TASK_RETRY_SCHEDULED",
    '{"error": null, "next_eligible_at": "2026-01-02T03:04:05.100000Z"}',
    "Failed without saying why; next try at once",
  ],
  ["TASK_RESULT_READY", '{"status": "succeeded", "result": {"pages": 3}}', "Succeeded; pages: 3"],
  ["TASK_RESULT_READY", '{"status": "succeeded", "retrieve": "task.outcome"}', "Succeeded; the result is with the task"],
  ["TASK_RESULT_READY", '{"status": "failed", "error": "broke"}', "Failed; broke"],
  ["TASK_RESULT_READY", '{"status": "canceled", "reason": "not needed"}', "Canceled; not needed"],
  ["LEASE_RELEASED", '{"reason": "going home"}', "going home"],
  ["LEASE_RELEASED", '{"reason": null}', "Given back, no reason given"],
  [
    "LEASE_EXPIRED",
    '{"previous_worker": {"kind": "worker", "id": "w:1"}, "requeued": true}',
    "worker:w:1 let it run out; queued again",
  ],
  ["LEASE_EXPIRED", '{"requeued": false}', "Ran out; not queued again"],
  ["RECEIPT_ACKNOWLEDGED", '{"note": "thanks"}', "thanks"],
  ["RECEIPT_ACKNOWLEDGED", '{"note": null}', "Taken note of"],
  ["SYSTEM_ANOMALY", '{"kind": "repeated_lease_expiry", "recommended_action": "look"}', "repeated lease expiry; look"],
])("%s with %s says: %s", (type, body, text) => {
  expect(told(type, body)).toBe(text);
});

test.each([
  ["TASK_PAUSED", '{"by": "maria", "until": null}', "by: maria"],
  ["TASK_PAUSED", "{}", "No details"],
  ["TASK_PAUSED", "null", "No details"],
  ["TASK_COMPLETED", "[1, 2]", "Done"],
  ["TASK_FAILED", '"text"', "Failed without saying why"],
  ["LEASE_EXPIRED", "7", "Ran out; queued again"],
])("a type or a body that is not known, %s with %s, is tolerated: %s", (type, body, text) => {
  expect(told(type, body)).toBe(text);
});

test("an archived body says so", () => {
  expect(told("TASK_COMPLETED", "{}", true)).toBe("Its body is in the archive");
});

test("long texts are cut to one line", () => {
  const text = told("TASK_PROGRESS", JSON.stringify({ progress: "a\nb ".repeat(200) }));
  expect(text).toHaveLength(160);
  expect(text).not.toContain("\n");
});
