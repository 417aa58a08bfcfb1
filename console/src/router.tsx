import { createHashRouter, Navigate } from "react-router";
import { Skeleton } from "./components/Skeleton";
import { Shell } from "./layout/Shell";
import { NotFoundPage } from "./pages/NotFoundPage";
import { ObligationsPage } from "./pages/obligations/ObligationsPage";
import { toObligations } from "./paths";

// The address after # is the router's own: the server knows one page, and proxies need to know nothing. What is not the first
// page is loaded when somebody goes there.
export const router = createHashRouter([
  {
    element: <Shell />,
    children: [
      { index: true, element: <Navigate to={toObligations()} replace /> },
      { path: "obligations", element: <ObligationsPage /> },
      {
        // Shown while the page that was opened by its address is loaded.
        hydrateFallbackElement: <Skeleton />,
        children: [
          { path: "tasks/:id", lazy: async () => ({ Component: (await import("./pages/task/TaskPage")).TaskPage }) },
          { path: "graph", lazy: async () => ({ Component: (await import("./pages/graph/GraphPage")).GraphPage }) },
          { path: "queue", lazy: async () => ({ Component: (await import("./pages/queue/QueuePage")).QueuePage }) },
          { path: "ledger", lazy: async () => ({ Component: (await import("./pages/ledger/LedgerPage")).LedgerPage }) },
        ],
      },
      { path: "*", element: <NotFoundPage /> },
    ],
  },
]);
