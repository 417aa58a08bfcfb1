import { Ban, CircleCheck, CircleDashed, CirclePlay, CircleX, Hand, type LucideIcon } from "lucide-react";
import type { TaskStatus } from "../generated/graphql";

type Look = { icon: LucideIcon; text: string; tone: string };

const LOOKS: Record<TaskStatus, Look> = {
  QUEUED: { icon: CircleDashed, text: "Queued", tone: "waiting" },
  LEASED: { icon: Hand, text: "Leased", tone: "held" },
  RUNNING: { icon: CirclePlay, text: "Running", tone: "active" },
  SUCCEEDED: { icon: CircleCheck, text: "Succeeded", tone: "good" },
  FAILED: { icon: CircleX, text: "Failed", tone: "bad" },
  CANCELED: { icon: Ban, text: "Canceled", tone: "void" },
};

/** All statuses, in the order of a task's life. */
export const TASK_STATUSES = Object.keys(LOOKS) as TaskStatus[];

/** How far a task is: always an icon and a word, beside the colour. */
export function StatusBadge({ status }: { status: TaskStatus }) {
  const { icon: Icon, text, tone } = LOOKS[status];
  return (
    <span className={`badge ${tone}`}>
      <Icon aria-hidden />
      {text}
    </span>
  );
}

/** The same where there is no room for the word: it is in the title, and whoever shows the icon says it otherwise. */
export function StatusIcon({ status }: { status: TaskStatus }) {
  const { icon: Icon, text, tone } = LOOKS[status];
  return (
    <span className={`status-icon ${tone}`} title={text}>
      <Icon aria-hidden />
    </span>
  );
}

/** The name of a status as people read it. */
export function statusText(status: TaskStatus): string {
  return LOOKS[status].text;
}

/** The tone of a status: --tone-NAME and --tone-NAME-soft are its colours. */
export function statusTone(status: TaskStatus): string {
  return LOOKS[status].tone;
}
