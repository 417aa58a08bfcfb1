import { Link } from "react-router";
import { EmptyState } from "../../components/EmptyState";
import type { LedgerReceiptFragment } from "../../generated/graphql";
import { toLedger } from "../../paths";
import { LedgerRow } from "./LedgerRow";

type Props = {
  receipts: readonly LedgerReceiptFragment[];
  /** Whether a filter may hide receipts. */
  filtered: boolean;
  unfolded: ReadonlySet<string>;
  onToggle: (id: string) => void;
  toReceipt: (id: string) => string;
};

export function LedgerTable({ receipts, filtered, unfolded, onToggle, toReceipt }: Props) {
  if (receipts.length === 0) {
    return filtered ? (
      <EmptyState
        title="No receipt passes the filter"
        actions={
          <Link className="button" to={toLedger()}>
            Show all receipts
          </Link>
        }
      >
        One that does appears here as soon as it is written.
      </EmptyState>
    ) : (
      <EmptyState title="The ledger is empty">
        Whatever happens to a task writes a receipt, and it appears here: the first one when the first task is created.
      </EmptyState>
    );
  }
  return (
    <div className="panel">
      <table className="table ledger">
        <thead>
          <tr>
            <th scope="col" className="number">
              Seq
            </th>
            <th scope="col" className="written">
              Time
            </th>
            <th scope="col" className="lead">
              Receipt
            </th>
            <th scope="col" className="ways">
              From → to
            </th>
            <th scope="col" className="task">
              Task
            </th>
            <th scope="col" className="hash">
              Hash
            </th>
            <th scope="col" className="became">
              State
            </th>
            <th scope="col" className="fold">
              <span className="offscreen">Unfold</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {receipts.map((receipt) => (
            <LedgerRow
              key={receipt.id}
              receipt={receipt}
              unfolded={unfolded.has(receipt.id)}
              onToggle={onToggle}
              toReceipt={toReceipt}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}
