import { useCallback, useEffect, useMemo, useState } from "react";
import { useNavigate } from "react-router";
import { ErrorState } from "../../components/ErrorState";
import { LoadMore } from "../../components/LoadMore";
import { Skeleton } from "../../components/Skeleton";
import { KEYS } from "../../keyboard/keys";
import { listenForShortcuts } from "../../keyboard/shortcuts";
import { type LedgerFilter, toLedger } from "../../paths";
import { LedgerTable } from "./LedgerTable";
import { LedgerTools } from "./LedgerTools";
import { ReceiptDialog } from "./ReceiptDialog";
import { useAtTop } from "./useAtTop";
import { useLedger } from "./useLedger";
import { useUnfolded } from "./useUnfolded";

type Props = {
  filter: LedgerFilter;
  /** The id of one receipt to show. */
  receipt: string | null;
};

/** The end of the ledger under one filter. It stands still while somebody reads: scrolled away, something unfolded, or paused. */
export function LedgerOf({ filter, receipt }: Props) {
  const navigate = useNavigate();
  const { mark, atTop } = useAtTop();
  const { unfolded, toggle } = useUnfolded();
  const [paused, setPaused] = useState(false);
  const following = atTop && !paused && unfolded.size === 0;
  const { query, ledger, waiting, waitingMore, readNewer, older } = useLedger(filter, following);
  const receipts = useMemo(() => ledger?.rows.map(({ node }) => node) ?? [], [ledger]);
  const toReceipt = useCallback((id: string) => toLedger({ ...filter, receipt: id }), [filter]);

  useEffect(() => {
    const unfold = () => {
      const focused = document.activeElement;
      if (focused instanceof HTMLElement && focused.dataset.row) toggle(focused.dataset.row);
    };
    return listenForShortcuts(() => [{ ...KEYS.unfold, run: unfold }]);
  }, [toggle]);

  const toNewest = () => {
    window.scrollTo({ top: 0 });
    readNewer();
  };
  return (
    <>
      <div ref={mark} />
      {ledger && (
        <LedgerTools
          receipts={receipts}
          following={following}
          paused={paused}
          onPause={setPaused}
          newer={waiting || ledger.hasNewer ? { count: waiting, more: waitingMore, show: toNewest } : null}
        />
      )}
      {query.isPending && <Skeleton rows={14} />}
      {query.isError && !ledger && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {ledger && (
        <LedgerTable
          receipts={receipts}
          filtered={toLedger(filter) !== toLedger()}
          unfolded={unfolded}
          onToggle={toggle}
          toReceipt={toReceipt}
        />
      )}
      <LoadMore text="Load older" {...older} />
      {receipt && (
        <ReceiptDialog key={receipt} id={receipt} toReceipt={toReceipt} onClose={() => void navigate(toLedger(filter))} />
      )}
    </>
  );
}
