import { useEffect, useState } from "react";
import type { ObligationFragment } from "../../generated/graphql";
import { useTail } from "../../live/LiveProvider";
import { nextRows, type Row, settledRows } from "./changes";

const TICK_MS = 500;

/** The rows of the list: those that are open, and for a moment those that have just been closed. */
export function useRows(open: readonly ObligationFragment[]): readonly Row[] {
  const events = useTail();
  const [shown, setShown] = useState(() => ({ open, rows: open.map<Row>((obligation) => ({ obligation, mark: null })) }));
  if (shown.open !== open) setShown({ open, rows: nextRows(shown.rows, open, events, Date.now()) });

  const marked = shown.rows.some(({ mark }) => mark !== null);
  useEffect(() => {
    if (!marked) return;
    const settle = () => setShown((before) => ({ ...before, rows: settledRows(before.rows, Date.now()) }));
    const timer = setInterval(settle, TICK_MS);
    return () => clearInterval(timer);
  }, [marked]);
  return shown.rows;
}
