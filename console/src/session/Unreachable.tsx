import { useEffect } from "react";
import type { ApiError } from "../api/error";
import { ErrorState } from "../components/ErrorState";

const RETRY_MS = 3_000;

/** Says that the server does not answer, and tries again by itself. */
export function Unreachable({ error, onRetry }: { error: ApiError; onRetry: () => void }) {
  useEffect(() => {
    const timer = setTimeout(onRetry, RETRY_MS);
    return () => clearTimeout(timer);
  }, [onRetry]);
  return (
    <main className="gate">
      <div className="gate-card">
        <h1 className="brand">
          <img src="/static/icon.svg" alt="" />
          AsyncGate
        </h1>
        <ErrorState error={error} onRetry={onRetry} />
      </div>
    </main>
  );
}
