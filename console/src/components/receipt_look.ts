import {
  Activity,
  Ban,
  CheckCheck,
  CircleCheck,
  CircleX,
  FileSignature,
  Hand,
  type LucideIcon,
  PackageCheck,
  Play,
  ReceiptText,
  RotateCcw,
  TimerOff,
  TriangleAlert,
  Undo2,
} from "lucide-react";
import type { ReceiptType } from "../generated/graphql";

export type ReceiptLook = {
  icon: LucideIcon;
  /** What it tells, in a word or two. */
  name: string;
  /** --tone-NAME and --tone-NAME-soft are its colours. */
  tone: string;
};

const LOOKS: Record<ReceiptType, ReceiptLook> = {
  TASK_ASSIGNED: { icon: FileSignature, name: "Assigned", tone: "waiting" },
  TASK_ACCEPTED: { icon: Hand, name: "Accepted", tone: "held" },
  TASK_STARTED: { icon: Play, name: "Started", tone: "active" },
  TASK_PROGRESS: { icon: Activity, name: "Progress", tone: "active" },
  TASK_COMPLETED: { icon: CircleCheck, name: "Completed", tone: "good" },
  TASK_FAILED: { icon: CircleX, name: "Failed", tone: "bad" },
  TASK_CANCELED: { icon: Ban, name: "Canceled", tone: "void" },
  TASK_RETRY_SCHEDULED: { icon: RotateCcw, name: "Retry scheduled", tone: "held" },
  TASK_RESULT_READY: { icon: PackageCheck, name: "Result ready", tone: "waiting" },
  LEASE_RELEASED: { icon: Undo2, name: "Released", tone: "waiting" },
  LEASE_EXPIRED: { icon: TimerOff, name: "Lease expired", tone: "held" },
  RECEIPT_ACKNOWLEDGED: { icon: CheckCheck, name: "Acknowledged", tone: "good" },
  SYSTEM_ANOMALY: { icon: TriangleAlert, name: "Anomaly", tone: "bad" },
};

/** All types that are known here, in the order of a task's life. */
export const RECEIPT_TYPES = Object.keys(LOOKS) as ReceiptType[];

/** How a type of receipts is shown. One that a newer server has added is shown by its name. */
export function receiptLook(type: string): ReceiptLook {
  return Object.hasOwn(LOOKS, type) ? LOOKS[type as ReceiptType] : { icon: ReceiptText, name: spell(type), tone: "void" };
}

/** SOME_NEW_TYPE reads: Some new type. */
function spell(type: string): string {
  const words = type.toLowerCase().replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
