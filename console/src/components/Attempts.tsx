type Props = { task: { attempt: number; maxAttempts: number; expiryCount: number } };

/** Which attempt a task is at, and how many leases the clock took meanwhile. */
export function Attempts({ task: { attempt, maxAttempts, expiryCount } }: Props) {
  return (
    <>
      {attempt + 1} of {maxAttempts}
      {expiryCount > 0 && (
        <span className="muted" title="Leases that ran out">
          {" "}
          · {expiryCount} lost
        </span>
      )}
    </>
  );
}
