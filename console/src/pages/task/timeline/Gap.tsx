import { EllipsisVertical } from "lucide-react";

/** Where receipts have not been loaded. */
export function Gap({ loading, onLoad }: { loading: boolean; onLoad: () => void }) {
  return (
    <li className="moment gap">
      <EllipsisVertical className="moment-icon" aria-hidden />
      <button type="button" className="button" disabled={loading} onClick={onLoad}>
        {loading ? "Loading…" : "Load 200 earlier receipts"}
      </button>
      <span className="muted">Reports of progress before this point are not shown yet.</span>
    </li>
  );
}
