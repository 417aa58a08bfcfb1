import { useState } from "react";
import { useApiMutation } from "../api/query";
import { writePrincipal } from "../components/principal";
import { shortenId } from "../components/ShortId";
import { statusText } from "../components/StatusBadge";
import { RetryTaskDocument } from "../generated/graphql";
import { ActionDone } from "./ActionDone";
import { ActionForm } from "./ActionForm";
import type { TaskSubject } from "./action";
import { KeyField } from "./KeyField";
import { newIdempotencyKey } from "./key";
import { ReasonField } from "./ReasonField";

export function RetryDialog({ task, onClose }: { task: TaskSubject; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const [key, setKey] = useState(newIdempotencyKey);
  const retry = useApiMutation(RetryTaskDocument);
  const title = `Retry ${task.type}`;
  if (retry.data) {
    const { created, task: next } = retry.data.retryTask;
    return (
      <ActionDone title={title} wrote={created} taskId={next.id} onClose={onClose}>
        {created ? "The new task is " : "This key had created a task before, and nothing was written. It is "}
        <code>{shortenId(next.id)}</code>.
      </ActionDone>
    );
  }
  return (
    <ActionForm
      title={title}
      does={
        <>
          Creates a new task with the same work for {writePrincipal(task.createdBy)}. Task <code>{shortenId(task.id)}</code>{" "}
          stays {statusText(task.status).toLowerCase()}; the new one answers its last receipt.
        </>
      }
      repeat={
        key.trim()
          ? "the same key returns the task that it created, and nothing is written."
          : "without a key, each call creates a task."
      }
      submit="Retry"
      busy={retry.isPending}
      error={retry.error}
      onSubmit={() =>
        retry.mutate({ input: { taskId: task.id, reason: reason.trim() || null, idempotencyKey: key.trim() || null } })
      }
      onClose={onClose}
    >
      <ReasonField
        label="Reason"
        about="Optional. The new task's obligation carries it."
        value={reason}
        onChange={setReason}
      />
      <KeyField value={key} onChange={setKey} />
    </ActionForm>
  );
}
