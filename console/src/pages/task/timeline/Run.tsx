import { Activity, ChevronRight } from "lucide-react";
import { useId, useState } from "react";
import { PrincipalName } from "../../../components/PrincipalName";
import type { Step } from "../receipts/steps";
import { summaryOf } from "../receipts/summary";
import { Moment } from "./Moment";
import { useReveal } from "./useReveal";
import { When } from "./When";

// What is unfolded at a time.
const PIECE = 50;

type Props = { run: Extract<Step, { kind: "run" }>; since: string; chosen: boolean };

/** Reports of progress that follow one another: the latest of them says most. */
export function Run({ run: { receipts, latest }, since, chosen }: Props) {
  const { element, open, toggle } = useReveal<HTMLLIElement>(chosen);
  const [shown, setShown] = useState(PIECE);
  const list = useId();
  const hidden = Math.max(0, receipts.length - shown);
  return (
    <li ref={element} className="moment toned active" data-chosen={chosen}>
      <Activity className="moment-icon" aria-hidden />
      <button type="button" className="moment-head" data-row aria-expanded={open} aria-controls={list} onClick={toggle}>
        <span className="moment-line">
          <strong>{receipts.length} progress reports</strong>
          <span className="moment-seq">
            #{String(receipts[0].seq)} – #{String(latest.seq)}
          </span>
          <span className="moment-who">
            <PrincipalName principal={latest.from} />
          </span>
          <When at={latest.createdAt} since={since} />
        </span>
        <span className="moment-line">
          <span className="moment-text">Latest: {summaryOf(latest)}</span>
        </span>
        <ChevronRight className="moment-fold" aria-hidden />
      </button>
      <div id={list} className="moment-details" hidden={!open}>
        {open && (
          <>
            {hidden > 0 && (
              <button type="button" className="button quiet" onClick={() => setShown(shown + PIECE)}>
                {hidden} earlier
              </button>
            )}
            <ol className="timeline inner">
              {receipts.slice(hidden).map((receipt) => (
                <Moment key={receipt.id} receipt={receipt} since={since} chosen={false} />
              ))}
            </ol>
          </>
        )}
      </div>
    </li>
  );
}
