import { EllipsisVertical } from "lucide-react";

/** Where receipts have not been loaded. */
export function Gap({ loading, onLoad }: { loading: boolean; onLoad: () => void }) {
  return (
    <li className="moment gap">
      <EllipsisVertical className="moment-icon" aria-hidden />
      <button type="button" className="button" disabled={loading} onClick={onLoad}>
        {loading ? "Loading…" : "Load 200 earlier receipts"}
      </button>
      <span className="muted">Not all that happened before this point is shown, reports of progress least of all.</span>
    </li>
  );
}
