import { CalendarClock } from "lucide-react";
import { writeSpan } from "../../../clock/duration";
import { Age } from "../../../components/Age";
import { Cell } from "./Cell";
import type { Task } from "./Standing";

/** When it was created, and how long it waited and was worked on. */
export function TimesCell({ task: { createdAt, startedAt, outcome } }: { task: Task }) {
  const between = (from: string, to: string) => writeSpan(Date.parse(to) - Date.parse(from));
  return (
    <Cell
      title="Times"
      icon={CalendarClock}
      lead={
        <>
          Created <Age since={createdAt} /> ago
        </>
      }
    >
      {startedAt === null ? (
        outcome ? (
          `ended after ${between(createdAt, outcome.completedAt)}, without a start`
        ) : (
          "not started"
        )
      ) : (
        <>
          started after {between(createdAt, startedAt)},{" "}
          {outcome ? (
            `took ${between(startedAt, outcome.completedAt)}`
          ) : (
            <>
              at work for <Age since={startedAt} />
            </>
          )}
        </>
      )}
    </Cell>
  );
}
