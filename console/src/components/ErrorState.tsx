import { RotateCw, TriangleAlert } from "lucide-react";
import type { ApiError } from "../api/error";
import { CopyButton } from "./CopyButton";

type Props = {
  error: ApiError;
  onRetry?: () => void;
  /** Inside a form, instead of a page's content. */
  compact?: boolean;
};

/** What went wrong, in the server's words: code, message, and the trace id by which its log has it. */
export function ErrorState({ error, onRetry, compact = false }: Props) {
  return (
    <div className={compact ? "error compact" : "error"} role="alert">
      <TriangleAlert aria-hidden />
      <div>
        <code className="error-code">{error.code}</code>
        <p>{error.message}</p>
        {error.traceId && (
          <p className="error-trace">
            Trace <code>{error.traceId}</code>
            <CopyButton text={error.traceId} what="trace id" />
          </p>
        )}
        {onRetry && (
          <button type="button" className="button" onClick={onRetry}>
            <RotateCw aria-hidden />
            Try again
          </button>
        )}
      </div>
    </div>
  );
}
