import { QueryClientProvider } from "@tanstack/react-query";
import { useEffect, useState } from "react";
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

/** The console of one session. */
function Signed() {
  const { signOut } = useSession();
  const [client] = useState(() => newQueryClient(signOut));
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
