import { createHashRouter, Navigate } from "react-router";
import { Skeleton } from "./components/Skeleton";
import { Broken } from "./layout/Broken";
import { Shell } from "./layout/Shell";
import { NotFoundPage } from "./pages/NotFoundPage";
import { ObligationsPage } from "./pages/obligations/ObligationsPage";
import { toObligations } from "./paths";

// What is not the first page is loaded when somebody goes there, or when the browser has nothing else to do.
const later = {
  task: async () => ({ Component: (await import("./pages/task/TaskPage")).TaskPage }),
  graph: async () => ({ Component: (await import("./pages/graph/GraphPage")).GraphPage }),
  queue: async () => ({ Component: (await import("./pages/queue/QueuePage")).QueuePage }),
  ledger: async () => ({ Component: (await import("./pages/ledger/LedgerPage")).LedgerPage }),
};

// The address after # is the router's own: the server knows one page, and proxies need to know nothing.
export const router = createHashRouter([
  {
    element: <Shell />,
    children: [
      {
        errorElement: <Broken />,
        // Shown while the page that was opened by its address is loaded.
        hydrateFallbackElement: <Skeleton />,
        children: [
          { index: true, element: <Navigate to={toObligations()} replace /> },
          { path: "obligations", element: <ObligationsPage /> },
          { path: "tasks/:id", lazy: later.task },
          { path: "graph", lazy: later.graph },
          { path: "queue", lazy: later.queue },
          { path: "ledger", lazy: later.ledger },
          { path: "*", element: <NotFoundPage /> },
        ],
      },
    ],
  },
]);

/** Loads what is left of the pages: who keeps the console open all day can go to them whatever has become of the server. */
export async function loadPages(): Promise<void> {
  await Promise.allSettled(Object.values(later).map((load) => load()));
}
