import { Repeat2 } from "lucide-react";
import { isTerminal } from "../../../actions/allowed";
import { Cell } from "./Cell";
import type { Task } from "./Standing";

/** Which attempt it is, and how often its leases ran out. */
export function AttemptsCell({ task: { attempt, maxAttempts, expiryCount, status, startedAt } }: { task: Task }) {
  const lost = expiryCount === 1 ? "1 lease ran out" : `${expiryCount} leases ran out`;
  const failed = attempt === 1 ? "1 failed before" : `${attempt} failed before`;
  const parts = [attempt > 0 && failed, expiryCount > 0 && lost].filter((part) => part !== false);
  return (
    <Cell
      title="Attempts"
      icon={Repeat2}
      tone={attempt > 0 || expiryCount > 0 ? "held" : ""}
      lead={`Attempt ${attempt + 1} of ${maxAttempts}`}
    >
      {parts.length > 0 ? parts.join("; ") : first(isTerminal(status) || startedAt !== null)}
    </Cell>
  );
}

function first(begun: boolean): string {
  return begun ? "no attempt failed, no lease ran out" : "not begun yet";
}
