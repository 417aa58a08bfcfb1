import { useState } from "react";
import { useApiMutation } from "../api/query";
import { writePrincipal } from "../components/principal";
import { shortenId } from "../components/ShortId";
import { statusText } from "../components/StatusBadge";
import { CancelTaskDocument } from "../generated/graphql";
import { ActionDone } from "./ActionDone";
import { ActionForm } from "./ActionForm";
import type { TaskSubject } from "./action";
import { ReasonField } from "./ReasonField";

export function CancelDialog({ task, onClose }: { task: TaskSubject; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const cancel = useApiMutation(CancelTaskDocument);
  const title = `Cancel ${task.type}`;
  if (cancel.data) {
    const { canceled, task: after } = cancel.data.cancelTask;
    return (
      <ActionDone title={title} wrote={canceled} onClose={onClose}>
        {canceled
          ? "The task is canceled, and its obligation is closed."
          : `The task had ended before (${statusText(after.status).toLowerCase()}). Nothing was written.`}
      </ActionDone>
    );
  }
  return (
    <ActionForm
      title={title}
      does={
        <>
          Ends task <code>{shortenId(task.id)}</code> for good and closes the obligation towards{" "}
          {writePrincipal(task.createdBy)}.
          {task.status !== "QUEUED" && " The worker that holds it loses its lease, and its report will be refused."}
        </>
      }
      repeat="nothing happens. A task that has ended stays as it is."
      submit="Cancel the task"
      danger
      busy={cancel.isPending}
      error={cancel.error}
      onSubmit={() => cancel.mutate({ input: { taskId: task.id, reason: reason.trim() || null } })}
      onClose={onClose}
    >
      <ReasonField label="Reason" about="Optional. Its outcome and receipts carry it." value={reason} onChange={setReason} />
    </ActionForm>
  );
}
