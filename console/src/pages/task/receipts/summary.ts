import type { JsonValue } from "../../../api/json";
import { writeDuration } from "../../../clock/duration";
import { readPrincipal, writePrincipal } from "../../../components/principal";
import { memberOf, textOf, writeInline } from "./inline";

/** A receipt, as far as its summary needs it. The type is text: newer servers may know more of them. */
export type Told = { type: string; createdAt: string; body: JsonValue; archived: boolean };

/** What a receipt says, in one line. */
export function summaryOf({ type, createdAt, body, archived }: Told): string {
  if (archived) return "Its body is in the archive";
  const wait = (key: string) => until(createdAt, textOf(body, key));
  switch (type) {
    case "TASK_ASSIGNED":
      return assigned(body);
    case "TASK_ACCEPTED":
      return claimed(wait("expires_at"));
    case "TASK_STARTED":
      return "Work has begun";
    case "TASK_PROGRESS":
      return writeInline(memberOf(body, "progress")) ?? "No details";
    case "TASK_COMPLETED":
      return completed(body);
    case "TASK_FAILED":
      return sentence(errorOf(body), terminalReason(body));
    case "TASK_CANCELED":
      return textOf(body, "reason") ?? "No reason given";
    case "TASK_RETRY_SCHEDULED":
      return sentence(errorOf(body), nextTry(wait("next_eligible_at")));
    case "TASK_RESULT_READY":
      return resultReady(body);
    case "LEASE_RELEASED":
      return textOf(body, "reason") ?? "Given back, no reason given";
    case "LEASE_EXPIRED":
      return expired(body);
    case "RECEIPT_ACKNOWLEDGED":
      return textOf(body, "note") ?? "Taken note of";
    case "SYSTEM_ANOMALY":
      return sentence((textOf(body, "kind") ?? "something is odd").replaceAll("_", " "), textOf(body, "recommended_action"));
    default:
      return writeInline(body) ?? "No details";
  }
}

function assigned(body: JsonValue): string {
  const reason = textOf(body, "reason");
  if (reason !== undefined) return `Again: ${reason}`;
  const expected = textOf(body, "expected_outcome");
  if (expected === "result") return "A result is owed";
  return expected === "artifact" ? "An artifact is owed" : "An outcome is owed";
}

function claimed(time: string | undefined): string {
  return time === undefined ? "Claimed" : `Claimed for ${time}`;
}

function completed(body: JsonValue): string {
  const artifacts = memberOf(body, "artifacts");
  const count = Array.isArray(artifacts) ? artifacts.length : 0;
  const work = count === 0 ? undefined : count === 1 ? "1 artifact" : `${count} artifacts`;
  return sentence(textOf(body, "summary") ?? writeInline(memberOf(body, "result")) ?? "Done", work);
}

function nextTry(wait: string | undefined): string {
  if (wait === undefined) return "to be tried again";
  return wait === "0s" ? "next try at once" : `next try in ${wait}`;
}

function resultReady(body: JsonValue): string {
  switch (textOf(body, "status")) {
    case "succeeded":
      if (memberOf(body, "retrieve") !== undefined) return "Succeeded; the result is with the task";
      return sentence("Succeeded", writeInline(memberOf(body, "result")));
    case "failed":
      return sentence("Failed", writeError(memberOf(body, "error")));
    case "canceled":
      return sentence("Canceled", textOf(body, "reason"));
    default:
      return writeInline(body) ?? "No details";
  }
}

function expired(body: JsonValue): string {
  const previous = memberOf(body, "previous_worker");
  const holder = readPrincipal(`${textOf(previous, "kind") ?? ""}:${textOf(previous, "id") ?? ""}`);
  const then = memberOf(body, "requeued") === false ? "not queued again" : "queued again";
  return sentence(holder ? `${writePrincipal(holder)} let it run out` : "Ran out", then);
}

const TERMINAL_REASONS: Record<string, string> = {
  not_retryable: "not worth another try",
  max_attempts_exceeded: "no attempts are left",
  lease_expiry_limit: "too many leases ran out",
};

function terminalReason(body: JsonValue): string | undefined {
  const reason = textOf(body, "terminal_reason");
  return reason === undefined ? undefined : (TERMINAL_REASONS[reason] ?? reason.replaceAll("_", " "));
}

function errorOf(body: JsonValue): string {
  return writeError(memberOf(body, "error")) ?? "Failed without saying why";
}

/** Writes an error as short as it can be: its message where it has one, and its code before it. */
export function writeError(error: JsonValue | undefined): string | undefined {
  const message = textOf(error, "message") ?? textOf(error, "preview");
  if (message === undefined) return writeInline(error);
  return writeInline([textOf(error, "code"), message].filter((part) => part !== undefined).join(": "));
}

/** How long it is from one instant to another; nothing without one. */
function until(from: string, to: string | undefined): string | undefined {
  const ms = to === undefined ? Number.NaN : Date.parse(to) - Date.parse(from);
  return Number.isNaN(ms) ? undefined : writeDuration(Math.round(ms / 1_000) * 1_000);
}

function sentence(...parts: (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join("; ");
}
