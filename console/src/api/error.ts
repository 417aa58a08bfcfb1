import type { JsonValue } from "./json";

/** What the console itself says when no answer came that it understands; all other codes are the server's. */
export const UNREACHABLE = "UNREACHABLE";

/** Why a request was refused or failed, in the server's words. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    readonly code: string,
    message: string,
    readonly retryable: boolean,
    /** Finds the request in the server's log; there is none when the server was not reached. */
    readonly traceId?: string,
  ) {
    super(message);
  }
}

/** Reads an error as GraphQL answers and streams carry it. */
export function readError(error: JsonValue | undefined): ApiError {
  const { message, extensions } = members(error);
  const { code, retryable, traceId } = members(extensions);
  return new ApiError(
    typeof code === "string" ? code : "INTERNAL",
    typeof message === "string" ? message : "the server gave no reason",
    retryable === true,
    typeof traceId === "string" ? traceId : undefined,
  );
}

/** Makes an error of whatever was thrown on the way to the server. */
export function asApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return new ApiError(UNREACHABLE, `the server can't be reached (${reason})`, true);
}

function members(value: JsonValue | undefined): { [key: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as { [key: string]: JsonValue }) : {};
}
