import { Bot, Cog, Cpu, type LucideIcon, UserRound, Wrench } from "lucide-react";
import { Link } from "react-router";
import type { PrincipalKind, PrincipalPartsFragment } from "../generated/graphql";
import { toObligations } from "../paths";
import { writePrincipal } from "./principal";

const ICONS: Record<PrincipalKind, LucideIcon> = { AGENT: Bot, WORKER: Wrench, SERVICE: Cpu, SYSTEM: Cog, HUMAN: UserRound };

type Props = {
  principal: PrincipalPartsFragment;
  /** Leads to what it is owed. */
  link?: boolean;
};

/** Who: kind and id, the kind also as an icon. */
export function PrincipalName({ principal, link = false }: Props) {
  const Icon = ICONS[principal.kind];
  const name = (
    <>
      <Icon aria-hidden />
      <span className="principal-kind">{principal.kind.toLowerCase()}:</span>
      <span className="principal-id">{principal.id}</span>
    </>
  );
  const text = writePrincipal(principal);
  return link ? (
    <Link className="principal" to={toObligations(principal)} title={`${text}: what it is owed`}>
      {name}
    </Link>
  ) : (
    <span className="principal" title={text}>
      {name}
    </span>
  );
}
