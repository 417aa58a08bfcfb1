import { type FormEvent, useState } from "react";
import { type ApiError, asApiError } from "../api/error";

/** Sends a form: it is busy until the server refuses, and then has its error. One that is accepted is on its way out. */
export function useSubmit(send: () => Promise<void>) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await send();
    } catch (thrown) {
      setError(asApiError(thrown));
      setBusy(false);
    }
  };
  return { busy, error, submit };
}
