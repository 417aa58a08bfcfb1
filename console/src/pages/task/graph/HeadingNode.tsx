import type { Node, NodeProps } from "@xyflow/react";
import { PrincipalName } from "../../../components/PrincipalName";
import type { TaskLeasePartsFragment } from "../../../generated/graphql";
import { LeaseStateText } from "../facts/LeaseStateText";

type HeadingNodeType = Node<{ lease: TaskLeasePartsFragment | undefined }, "heading">;

/** Stands above what happened under one lease. */
export function HeadingNode({ data: { lease } }: NodeProps<HeadingNodeType>) {
  if (!lease) return null;
  return (
    <div className="life-heading">
      <PrincipalName principal={lease.worker} />
      <LeaseStateText state={lease.state} />
    </div>
  );
}
