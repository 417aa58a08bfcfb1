import { useEffect, useMemo } from "react";
import { useSearchParams } from "react-router";
import { CreateButton } from "../../actions/CreateButton";
import { useDue } from "../../clock/useDue";
import { Age } from "../../components/Age";
import { EmptyState } from "../../components/EmptyState";
import { ErrorState } from "../../components/ErrorState";
import { PageHeader } from "../../components/PageHeader";
import { readPrincipal, writePrincipal } from "../../components/principal";
import { Skeleton } from "../../components/Skeleton";
import type { PrincipalPartsFragment } from "../../generated/graphql";
import { useSession } from "../../session/context";
import { ObligationsTable } from "./ObligationsTable";
import { PrincipalFilter } from "./PrincipalFilter";
import { rememberPrincipal } from "./recent";
import { useObligations } from "./useObligations";
import "./obligations.css";

/** What a principal is still owed, oldest first. */
export function ObligationsPage() {
  const { viewer } = useSession();
  const [parameters] = useSearchParams();
  const asked = parameters.get("principal");
  const principal = asked === null ? viewer.principal : readPrincipal(asked);
  if (principal === undefined) {
    return (
      <>
        <PageHeader title="Obligations" actions={<CreateButton />} />
        <PrincipalFilter principal={viewer.principal} />
        <EmptyState title={`“${asked}” names no principal`}>
          A principal is a kind and an id, for example <code>agent:planner</code>. The kinds are agent, worker, service,
          human.
        </EmptyState>
      </>
    );
  }
  return <ObligationsOf key={writePrincipal(principal)} principal={principal} />;
}

function ObligationsOf({ principal }: { principal: PrincipalPartsFragment }) {
  const { viewer } = useSession();
  const query = useObligations(principal);
  const open = useMemo(() => query.data?.pages.flatMap(({ nodes }) => nodes), [query.data]);
  useDue(open?.map(({ task }) => task?.eligibility.at ?? null) ?? [], query.refetch);
  useEffect(() => rememberPrincipal(viewer.tenantId, principal), [viewer.tenantId, principal]);

  const oldest = open?.[0];
  return (
    <>
      <PageHeader
        title="Obligations"
        note={
          oldest && (
            <span data-testid="count">
              {open.length}
              {query.hasNextPage ? "+" : ""} open, the oldest for <Age since={oldest.createdAt} />
            </span>
          )
        }
        actions={<CreateButton />}
      />
      <PrincipalFilter principal={principal} />
      {query.isPending && <Skeleton />}
      {query.isError && !open && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {open && <ObligationsTable open={open} principal={principal} more={query.more} />}
    </>
  );
}
