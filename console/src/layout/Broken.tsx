import { useRouteError } from "react-router";
import { EmptyState } from "../components/EmptyState";
import { PageHeader } from "../components/PageHeader";

/**
 * In the place of a page that can't be shown: its files could not be loaded, which is so while the server is away and after
 * another version has taken its place, or it has failed.
 */
export function Broken() {
  const error = useRouteError();
  return (
    <>
      <PageHeader title="This page can't be shown" />
      <EmptyState
        title="Something of the console is missing, or has failed"
        actions={
          <button type="button" className="button primary" onClick={() => location.reload()}>
            Load the console again
          </button>
        }
      >
        A server of another version may have taken the place of the one that it came from. Nothing that is written to the
        ledger is lost. The browser says: <code>{error instanceof Error ? error.message : String(error)}</code>
      </EmptyState>
    </>
  );
}
