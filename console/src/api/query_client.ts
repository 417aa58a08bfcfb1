import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import type { ApiError } from "./error";

/** Makes the store of a session's answers. They are fresh until the ledger, or a mutation, says otherwise. */
export function newQueryClient(onUnauthenticated: (reason: string) => void): QueryClient {
  const onError = (error: ApiError) => {
    if (error.code === "UNAUTHENTICATED") onUnauthenticated(error.message);
  };
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        staleTime: Number.POSITIVE_INFINITY,
        networkMode: "always",
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        retry: (failures, error) => error.retryable && failures < 3,
        retryDelay: (failures) => Math.min(500 * 2 ** failures, 5_000),
      },
      mutations: { networkMode: "always", retry: false },
    },
  });
}
