import { Link } from "react-router";
import { EmptyState } from "../components/EmptyState";
import { PageHeader } from "../components/PageHeader";
import { toObligations } from "../paths";

export function NotFoundPage() {
  return (
    <>
      <PageHeader title="Not found" />
      <EmptyState title="There is no such page" actions={<Link to={toObligations()}>Obligations</Link>}>
        The address is not one of the console's.
      </EmptyState>
    </>
  );
}
