import type { UseQueryResult } from "@tanstack/react-query";
import { useState } from "react";
import type { ApiError } from "../../api/error";
import { ErrorState } from "../../components/ErrorState";
import { Skeleton } from "../../components/Skeleton";
import type { QueueStatsQuery } from "../../generated/graphql";
import type { QueueFilter } from "../../paths";
import { StatsTable } from "./StatsTable";
import { busiest, tabulate } from "./stats";

// So many types are shown at first: the list below is what one came for.
const SHOWN = 10;

type Props = { query: UseQueryResult<QueueStatsQuery, ApiError>; filter: QueueFilter };

/** The counts, which the server keeps: nothing is counted here. */
export function StatsPanel({ query, filter }: Props) {
  const [all, setAll] = useState(false);
  if (query.isPending) return <Skeleton rows={4} />;
  if (query.data === undefined) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  const stats = tabulate(query.data.queueStats);
  if (stats.types.length === 0) return null;
  // A button for one type more would take the room of that type.
  const few = stats.types.length > SHOWN + 1 && !all;
  return (
    <section className={few ? "panel stats-panel few" : "panel stats-panel"} aria-label="Counts">
      <StatsTable types={few ? busiest(stats.types, SHOWN, filter.type) : stats.types} total={stats.total} filter={filter} />
      {(few || all) && (
        <button type="button" className="button quiet" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? "Show fewer types" : `Show all ${stats.types.length} types`}
        </button>
      )}
      {stats.cut && <p className="stats-cut muted">There are more types: the server tells of a thousand rows.</p>}
    </section>
  );
}
