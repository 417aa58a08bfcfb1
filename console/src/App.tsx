import { QueryClientProvider } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { RouterProvider } from "react-router";
import { newQueryClient } from "./api/query_client";
import { LiveProvider } from "./live/LiveProvider";
import { loadPages, router } from "./router";
import { useSession } from "./session/context";
import { SessionGate } from "./session/SessionGate";

export function App() {
  return (
    <SessionGate>
      <Signed />
    </SessionGate>
  );
}

// The first page has come by then.
const LATER_MS = 2_000;

/** The console of one session: with other credentials it begins anew, and nothing that others may not see is left over. */
function Signed() {
  const { credentials, signOut } = useSession();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a client for each credentials
  const client = useMemo(() => newQueryClient(signOut), [credentials, signOut]);
  useEffect(() => {
    const timer = setTimeout(() => void loadPages(), LATER_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <QueryClientProvider client={client}>
      <LiveProvider>
        <RouterProvider router={router} />
      </LiveProvider>
    </QueryClientProvider>
  );
}
