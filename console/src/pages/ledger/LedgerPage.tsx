import { useMemo } from "react";
import { useSearchParams } from "react-router";
import { PageHeader } from "../../components/PageHeader";
import { FilterProblems } from "../../filters/FilterProblems";
import { toLedger } from "../../paths";
import { readLedgerFilter } from "./filter";
import { LedgerFilters } from "./LedgerFilters";
import { LedgerOf } from "./LedgerOf";
import "./ledger.css";

/** The end of the ledger, live. */
export function LedgerPage() {
  const [query] = useSearchParams();
  const { filter, problems } = readLedgerFilter(query);
  // A filter is a new one only when its address is.
  const address = toLedger(filter);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the address says all of it
  const kept = useMemo(() => filter, [address]);
  return (
    <>
      <PageHeader title="Ledger" note="Every receipt, newest first" />
      <LedgerFilters filter={kept} />
      <FilterProblems problems={problems} />
      <LedgerOf key={address} filter={kept} receipt={query.get("receipt")} />
    </>
  );
}
