import { EmptyState } from "../../components/EmptyState";
import { PageHeader } from "../../components/PageHeader";

export function LedgerPage() {
  return (
    <>
      <PageHeader title="Ledger" />
      <EmptyState title="Not built yet" />
    </>
  );
}
