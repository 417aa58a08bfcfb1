import { EmptyState } from "../../components/EmptyState";
import { PageHeader } from "../../components/PageHeader";

export function QueuePage() {
  return (
    <>
      <PageHeader title="Queue" />
      <EmptyState title="Not built yet" />
    </>
  );
}
