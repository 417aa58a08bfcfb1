import { EmptyState } from "../../components/EmptyState";
import { PageHeader } from "../../components/PageHeader";

export function TaskPage() {
  return (
    <>
      <PageHeader title="Task" />
      <EmptyState title="Not built yet" />
    </>
  );
}
