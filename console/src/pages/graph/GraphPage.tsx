import { EmptyState } from "../../components/EmptyState";
import { PageHeader } from "../../components/PageHeader";

export function GraphPage() {
  return (
    <>
      <PageHeader title="Graph" />
      <EmptyState title="Not built yet" />
    </>
  );
}
