import type { ApiError } from "../api/error";
import { ErrorState } from "./ErrorState";

type Props = {
  text?: string;
  /** Loads the next page; undefined on the last one. */
  load: (() => void) | undefined;
  loading: boolean;
  /** Why the page that was asked for last did not come. */
  error: ApiError | null;
};

/** Leads on from the end of a list. */
export function LoadMore({ text = "Load more", load, loading, error }: Props) {
  if (error) return <ErrorState error={error} {...(load && { onRetry: load })} />;
  if (load === undefined) return null;
  return (
    <div className="load-more">
      <button type="button" className="button" onClick={load} disabled={loading}>
        {loading ? "Loading…" : text}
      </button>
    </div>
  );
}
