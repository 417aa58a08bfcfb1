import { useMutation, useQuery } from "@tanstack/react-query";
import type { TypedDocumentString } from "../generated/graphql";
import type { Touch } from "../live/event";
import { useSession } from "../session/context";
import type { ApiError } from "./error";

declare module "@tanstack/react-query" {
  interface Register {
    defaultError: ApiError;
    queryMeta: { touchedBy?: Touch };
  }
}

type Options = {
  /** Which receipts change the answer: it is asked for again when one of them arrives. */
  touchedBy?: Touch;
  enabled?: boolean;
};

/** Asks the server, keeps the answer, and asks again when the ledger says that it has changed. */
export function useApiQuery<Result, Variables>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
  { touchedBy, enabled = true }: Options = {},
) {
  const { post } = useSession();
  return useQuery({
    queryKey: queryKeyOf(document, variables),
    queryFn: ({ signal }) => post(document, variables, signal),
    enabled,
    meta: touchedBy ? { touchedBy } : {},
  });
}

/** Sends a mutation when it is told to. */
export function useApiMutation<Result, Variables>(document: TypedDocumentString<Result, Variables>) {
  const { post } = useSession();
  return useMutation({ mutationFn: (variables: Variables) => post(document, variables) });
}

/** Names an answer: the operation, and what was asked of it. */
export function queryKeyOf<Result, Variables>(document: TypedDocumentString<Result, Variables>, variables: Variables) {
  const operation = /(?:query|mutation) (\w+)/.exec(document.toString())?.[1];
  return [operation, variables] as const;
}
