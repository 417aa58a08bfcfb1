import { useMemo } from "react";
import { useApiQuery } from "../api/query";
import { distinct } from "../components/principal";
import { LatestOwnersDocument, type PrincipalPartsFragment } from "../generated/graphql";
import { useTail } from "../live/LiveProvider";
import { useSession } from "../session/context";

/** The viewer, and those who have had something done lately, the latest first. */
export function useOwners(): readonly PrincipalPartsFragment[] {
  const { viewer } = useSession();
  const tail = useTail();
  const { data: latest } = useApiQuery(LatestOwnersDocument, {});
  return useMemo(() => {
    const now = tail.filter(({ receipt }) => receipt.type === "TASK_ASSIGNED").map(({ receipt }) => receipt.to);
    const before = latest?.tasks.nodes.map(({ createdBy }) => createdBy) ?? [];
    return distinct([viewer.principal, ...now.reverse(), ...before]);
  }, [viewer, tail, latest]);
}
