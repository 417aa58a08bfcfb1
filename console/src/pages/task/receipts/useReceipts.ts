import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { queryKeyOf, useApiQuery } from "../../../api/query";
import { type ReceiptType, TaskMilestonesDocument, TaskReceiptsDocument } from "../../../generated/graphql";
import { useSession } from "../../../session/context";
import { touchesTask } from "../touch";
import { inOrder } from "./steps";

// All that happens a few times in a life; progress may be reported by the thousand.
const MILESTONES: ReceiptType[] = [
  "TASK_ASSIGNED",
  "TASK_ACCEPTED",
  "TASK_STARTED",
  "TASK_COMPLETED",
  "TASK_FAILED",
  "TASK_CANCELED",
  "TASK_RETRY_SCHEDULED",
  "TASK_RESULT_READY",
  "LEASE_RELEASED",
  "LEASE_EXPIRED",
  "SYSTEM_ANOMALY",
];

/** Reads a task's receipts, the newest first and older ones on demand. Of a long life the milestones are there from the start. */
export function useReceipts(id: string) {
  const { post } = useSession();
  const touchedBy = touchesTask(id);
  const pages = useInfiniteQuery({
    queryKey: queryKeyOf(TaskReceiptsDocument, { id }),
    queryFn: ({ pageParam, signal }) => post(TaskReceiptsDocument, { id, before: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ receipts: { pageInfo } }) => (pageInfo.hasPreviousPage ? pageInfo.startCursor : null),
    meta: { touchedBy },
  });
  const hasEarlier = pages.hasNextPage;
  const milestones = useApiQuery(TaskMilestonesDocument, { id, types: MILESTONES }, { touchedBy, enabled: hasEarlier });

  const loaded = useMemo(() => inOrder(...(pages.data?.pages ?? []).map((page) => page.receipts.nodes)), [pages.data]);
  const early = hasEarlier ? milestones.data?.task?.receipts.nodes : undefined;
  const receipts = useMemo(() => inOrder(early ?? [], loaded), [early, loaded]);
  return {
    receipts,
    /** What has not been loaded lies before this receipt. */
    gapBefore: hasEarlier ? loaded[0]?.id : undefined,
    loading: pages.isPending || (hasEarlier && milestones.isPending),
    loadingEarlier: pages.isFetchingNextPage,
    loadEarlier: () => void pages.fetchNextPage(),
    error: pages.error ?? milestones.error,
    retry: () => void Promise.all([pages.refetch(), hasEarlier && milestones.refetch()]),
  };
}
