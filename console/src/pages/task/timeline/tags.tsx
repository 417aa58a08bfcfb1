import { CheckCheck, LockKeyhole, LockKeyholeOpen } from "lucide-react";
import { writePrincipal } from "../../../components/principal";
import type { Acknowledgement } from "../graph/life";
import { textOf } from "../receipts/inline";

/** What a receipt is to the obligation. */
export type Role = "open" | "closed" | "closes";

const ROLES: Record<Role, string> = {
  open: "obligation, open",
  closed: "obligation, closed",
  closes: "closes the obligation",
};

export function RoleTag({ role }: { role: Role }) {
  const Icon = role === "open" ? LockKeyholeOpen : LockKeyhole;
  return (
    <span className={`moment-tag ${role}`}>
      <Icon aria-hidden />
      {ROLES[role]}
    </span>
  );
}

export function Acknowledged({ acknowledgement: { from, seq, body } }: { acknowledgement: Acknowledgement }) {
  const note = textOf(body, "note");
  return (
    <span className="moment-tag acknowledged" title={note}>
      <CheckCheck aria-hidden />
      acknowledged by {writePrincipal(from)} #{String(seq)}
      {note !== undefined && <span className="moment-note">“{note}”</span>}
    </span>
  );
}
