import { createHashRouter, Navigate } from "react-router";
import { Shell } from "./layout/Shell";
import { NotFoundPage } from "./pages/NotFoundPage";
import { ObligationsPage } from "./pages/obligations/ObligationsPage";
import { toObligations } from "./paths";

// The address after # is the router's own: the server knows one page, and proxies need to know nothing. What is not the first
// page is loaded when somebody goes there.
export const router = createHashRouter([
  {
    element: <Shell />,
    // While the first page is on its way; without a word of it the router complains.
    hydrateFallbackElement: <></>,
    children: [
      { index: true, element: <Navigate to={toObligations()} replace /> },
      { path: "obligations", element: <ObligationsPage /> },
      { path: "tasks/:id", lazy: async () => ({ Component: (await import("./pages/task/TaskPage")).TaskPage }) },
      { path: "graph", lazy: async () => ({ Component: (await import("./pages/graph/GraphPage")).GraphPage }) },
      { path: "queue", lazy: async () => ({ Component: (await import("./pages/queue/QueuePage")).QueuePage }) },
      { path: "ledger", lazy: async () => ({ Component: (await import("./pages/ledger/LedgerPage")).LedgerPage }) },
      { path: "*", element: <NotFoundPage /> },
    ],
  },
]);
