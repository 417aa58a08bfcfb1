import { useMemo } from "react";
import { useApiQuery } from "../api/query";
import { readPrincipal, writePrincipal } from "../components/principal";
import { LatestOwnersDocument, type PrincipalPartsFragment } from "../generated/graphql";
import { useTail } from "../live/LiveProvider";
import { useSession } from "../session/context";
import { FilterField } from "./FilterField";

type Props = {
  label: string;
  name: string;
  value: PrincipalPartsFragment | undefined;
  onChange: (principal: PrincipalPartsFragment | undefined) => void;
};

/** A principal to filter by; owners of tasks, and those that the ledger speaks of now, are suggested. */
export function PrincipalField({ label, name, value, onChange }: Props) {
  const known = useKnownPrincipals();
  return (
    <FilterField
      label={label}
      name={name}
      value={value ? writePrincipal(value) : ""}
      suggestions={known}
      placeholder="anyone"
      pattern="\s*(agent|worker|service|system|human):.+"
      title="kind:id, for example agent:planner; the kinds are agent, worker, service, system, human"
      onChange={(text) => onChange(readPrincipal(text))}
    />
  );
}

function useKnownPrincipals(): readonly string[] {
  const { viewer } = useSession();
  const tail = useTail();
  const { data: latest } = useApiQuery(LatestOwnersDocument, {});
  return useMemo(() => {
    const owners = latest?.tasks.nodes.map(({ createdBy }) => createdBy) ?? [];
    const spokenOf = tail.flatMap(({ receipt }) => [receipt.from, receipt.to]);
    return [...new Set([viewer.principal, ...owners, ...spokenOf].map(writePrincipal))].sort();
  }, [viewer, latest, tail]);
}
