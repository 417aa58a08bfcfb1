import { Plus } from "lucide-react";
import { useActions } from "./context";

/** Offers to create a task, to whom it is allowed. */
export function CreateButton() {
  const actions = useActions();
  const create = { name: "create" } as const;
  if (!actions.allows(create)) return null;
  return (
    <button type="button" className="button primary" onClick={() => actions.open(create)}>
      <Plus aria-hidden />
      Create a task
    </button>
  );
}
