import { usePages } from "../../api/pages";
import { QueueDocument } from "../../generated/graphql";
import type { QueueFilter } from "../../paths";
import { toTaskFilter, touches } from "./filter";

/** The tasks that pass the filter, page by page, newest first. */
export function useTasks(filter: QueueFilter) {
  return usePages(
    QueueDocument,
    { filter: toTaskFilter(filter) },
    (result) => result.tasks,
    (receipt) => touches(filter, receipt),
  );
}
