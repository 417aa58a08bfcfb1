import {
  Activity,
  Ban,
  CheckCheck,
  CircleCheck,
  CirclePlay,
  CircleX,
  ClipboardList,
  Hand,
  History,
  type LucideIcon,
  PackageCheck,
  ReceiptText,
  TimerOff,
  TriangleAlert,
  Undo2,
} from "lucide-react";
import type { ReceiptType } from "../generated/graphql";
import { wireType } from "./wire";

type Look = { icon: LucideIcon; text: string; tone: string };

const LOOKS: Record<ReceiptType, Look> = {
  TASK_ASSIGNED: { icon: ClipboardList, text: "Assigned", tone: "waiting" },
  TASK_ACCEPTED: { icon: Hand, text: "Accepted", tone: "held" },
  TASK_STARTED: { icon: CirclePlay, text: "Started", tone: "active" },
  TASK_PROGRESS: { icon: Activity, text: "Progress", tone: "active" },
  TASK_COMPLETED: { icon: CircleCheck, text: "Completed", tone: "good" },
  TASK_FAILED: { icon: CircleX, text: "Failed", tone: "bad" },
  TASK_CANCELED: { icon: Ban, text: "Canceled", tone: "void" },
  TASK_RETRY_SCHEDULED: { icon: History, text: "Retry scheduled", tone: "held" },
  TASK_RESULT_READY: { icon: PackageCheck, text: "Result ready", tone: "good" },
  LEASE_RELEASED: { icon: Undo2, text: "Lease released", tone: "void" },
  LEASE_EXPIRED: { icon: TimerOff, text: "Lease expired", tone: "bad" },
  RECEIPT_ACKNOWLEDGED: { icon: CheckCheck, text: "Acknowledged", tone: "void" },
  SYSTEM_ANOMALY: { icon: TriangleAlert, text: "Anomaly", tone: "bad" },
};

/** All types, in the order of a task's life. */
export const RECEIPT_TYPES = Object.keys(LOOKS) as ReceiptType[];

/** What kind of receipt it is: an icon, a word and a colour. */
export function ReceiptBadge({ type }: { type: ReceiptType }) {
  const { icon: Icon, text, tone } = lookOf(type);
  return (
    <span className={`badge ${tone}`} title={wireType(type)}>
      <Icon aria-hidden />
      {text}
    </span>
  );
}

/** The name of a type as people read it. */
export function receiptText(type: ReceiptType): string {
  return lookOf(type).text;
}

/** A server that is newer than the console may have more types. */
function lookOf(type: ReceiptType): Look {
  return LOOKS[type] ?? { icon: ReceiptText, text: wireType(type), tone: "waiting" };
}
