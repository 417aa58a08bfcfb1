import { expect, test } from "vitest";
import { ApiError, asApiError, readError, UNREACHABLE } from "./error";
import type { JsonValue } from "./json";

test("an error is read with code, message, retryable and trace id", () => {
  const error = readError({
    message: "no such receipt",
    extensions: { code: "NOT_FOUND", retryable: false, traceId: "0af7" },
  });
  expect(error).toMatchObject({ code: "NOT_FOUND", message: "no such receipt", retryable: false, traceId: "0af7" });
});

test.each<JsonValue | undefined>([undefined, null, "oh", {}, { extensions: null }, [{}]])(
  "what is no error, %j, becomes an INTERNAL one",
  (value) => {
    expect(readError(value)).toMatchObject({ code: "INTERNAL", retryable: false });
  },
);

test("what was thrown on the way is UNREACHABLE and worth a repeat, but an ApiError stays what it is", () => {
  expect(asApiError(new TypeError("Failed to fetch"))).toMatchObject({ code: UNREACHABLE, retryable: true });
  const refused = new ApiError("FORBIDDEN", "no", false);
  expect(asApiError(refused)).toBe(refused);
});
