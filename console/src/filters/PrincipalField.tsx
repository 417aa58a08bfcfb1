import { useMemo } from "react";
import { PRINCIPAL_FIELD, readPrincipal, writePrincipal } from "../components/principal";
import type { PrincipalPartsFragment } from "../generated/graphql";
import { useTail } from "../live/LiveProvider";
import { FilterField } from "./FilterField";
import { useOwners } from "./useOwners";

type Props = {
  label: string;
  name: string;
  value: PrincipalPartsFragment | undefined;
  onChange: (principal: PrincipalPartsFragment | undefined) => void;
};

/** A principal to filter by; owners of tasks, and those that the ledger speaks of now, are suggested. */
export function PrincipalField({ label, name, value, onChange }: Props) {
  const owners = useOwners();
  const tail = useTail();
  const known = useMemo(() => {
    const spokenOf = tail.flatMap(({ receipt }) => [receipt.from, receipt.to]);
    return [...new Set([...owners, ...spokenOf].map(writePrincipal))].sort();
  }, [owners, tail]);
  return (
    <FilterField
      label={label}
      name={name}
      value={value ? writePrincipal(value) : ""}
      suggestions={known}
      placeholder="anyone"
      {...PRINCIPAL_FIELD}
      onChange={(text) => onChange(readPrincipal(text))}
    />
  );
}
