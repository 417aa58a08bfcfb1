import { useState } from "react";
import { useApiMutation } from "../api/query";
import { writePrincipal } from "../components/principal";
import { shortenId } from "../components/ShortId";
import { CreateTaskDocument } from "../generated/graphql";
import { useSession } from "../session/context";
import { ActionDone } from "./ActionDone";
import { ActionForm } from "./ActionForm";
import { CreateFields } from "./CreateFields";
import { type Draft, inputOf, payloadFault } from "./draft";
import { newIdempotencyKey } from "./key";

export function CreateDialog({ parentReceiptIds = [], onClose }: { parentReceiptIds?: string[]; onClose: () => void }) {
  const { viewer } = useSession();
  const [draft, setDraft] = useState<Draft>(() => ({
    type: "",
    payload: "",
    priority: "",
    expectedOutcome: "ANY",
    capabilities: "",
    tags: "",
    delaySeconds: "",
    maxAttempts: "",
    retryBackoffSeconds: "",
    parentReceiptIds: parentReceiptIds.join(" "),
    idempotencyKey: newIdempotencyKey(),
  }));
  const create = useApiMutation(CreateTaskDocument);
  const title = "Create a task";
  if (create.data) {
    const { created, task } = create.data.createTask;
    return (
      <ActionDone title={title} wrote={created} taskId={task.id} onClose={onClose}>
        {created ? `Created ${task.type}, ` : `This key had created ${task.type} before, and nothing was written. It is `}
        <code>{shortenId(task.id)}</code>.
      </ActionDone>
    );
  }
  return (
    <ActionForm
      title={title}
      does={
        <>
          Queues work for whichever worker can do it. It belongs to {writePrincipal(viewer.principal)}, who is owed its
          result until it ends.
        </>
      }
      repeat={
        draft.idempotencyKey.trim()
          ? "the same key and content returns the task that it created; other content is refused."
          : "without a key, each call creates a task."
      }
      submit="Create"
      busy={create.isPending}
      error={create.error}
      onSubmit={() => {
        if (payloadFault(draft.payload) === null) create.mutate({ input: inputOf(draft) });
      }}
      onClose={onClose}
    >
      <CreateFields draft={draft} onChange={(changed) => setDraft({ ...draft, ...changed })} />
    </ActionForm>
  );
}
