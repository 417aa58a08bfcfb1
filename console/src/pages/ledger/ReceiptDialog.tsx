import { useApiQuery } from "../../api/query";
import { Dialog } from "../../components/Dialog";
import { EmptyState } from "../../components/EmptyState";
import { ErrorState } from "../../components/ErrorState";
import { Skeleton } from "../../components/Skeleton";
import { LedgerEntryDocument } from "../../generated/graphql";
import { ReceiptBadge } from "../../receipt/ReceiptBadge";
import { ReceiptDetails } from "./ReceiptDetails";

type Props = { id: string; onClose: () => void; toReceipt: (id: string) => string };

/** One receipt, wherever in the ledger it is. */
export function ReceiptDialog({ id, onClose, toReceipt }: Props) {
  const { data, error, refetch } = useApiQuery(
    LedgerEntryDocument,
    { id },
    { touchedBy: ({ parents }) => parents.some((parent) => parent.id === id) },
  );
  const receipt = data?.receipt;
  return (
    <Dialog title={receipt ? `Receipt ${receipt.seq}` : "Receipt"} onClose={onClose}>
      {data === undefined && !error && <Skeleton rows={5} />}
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} compact />}
      {receipt === null && (
        <EmptyState title="There is no such receipt">The ledger of this tenant has none with the id {id}.</EmptyState>
      )}
      {receipt && (
        <>
          <div>
            <ReceiptBadge type={receipt.type} />
          </div>
          <ReceiptDetails receipt={receipt} toReceipt={toReceipt} />
        </>
      )}
    </Dialog>
  );
}
