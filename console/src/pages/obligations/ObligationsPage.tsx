import { EmptyState } from "../../components/EmptyState";
import { PageHeader } from "../../components/PageHeader";

export function ObligationsPage() {
  return (
    <>
      <PageHeader title="Obligations" />
      <EmptyState title="Not built yet" />
    </>
  );
}
