import { type FormEvent, useMemo, useState } from "react";
import { Link, useNavigate } from "react-router";
import { ErrorState } from "../../components/ErrorState";
import { FilterBar } from "../../components/FilterBar";
import { distinct, PRINCIPAL_FIELD, readPrincipal, samePrincipal, writePrincipal } from "../../components/principal";
import { useOwners } from "../../filters/useOwners";
import type { PrincipalPartsFragment } from "../../generated/graphql";
import { toObligations } from "../../paths";
import { useSession } from "../../session/context";
import { useSubmit } from "../../session/useSubmit";
import { recentPrincipals } from "./recent";

const SHOWN = 6;

/** Chooses whose obligations are shown: by name, or among those looked at lately and those who have had something done. */
export function PrincipalFilter({ principal }: { principal: PrincipalPartsFragment }) {
  const { viewer, development } = useSession();
  const navigate = useNavigate();
  const [text, setText] = useState(writePrincipal(principal));
  const owners = useOwners();
  const known = useMemo(
    () => distinct([principal, ...recentPrincipals(viewer.tenantId), ...owners]),
    [principal, viewer, owners],
  );

  const choose = (event: FormEvent) => {
    event.preventDefault();
    const chosen = readPrincipal(text);
    if (chosen) void navigate(toObligations(chosen));
  };
  return (
    <FilterBar>
      <form onSubmit={choose}>
        <label className="principal-field">
          Owed to
          <input
            name="principal"
            list="principals"
            value={text}
            spellCheck={false}
            autoComplete="off"
            {...PRINCIPAL_FIELD}
            onFocus={(event) => event.target.select()}
            onChange={(event) => {
              setText(event.target.value);
              const picked = known.find((each) => writePrincipal(each) === event.target.value);
              if (picked && !samePrincipal(picked, principal)) void navigate(toObligations(picked));
            }}
          />
        </label>
        <datalist id="principals">
          {known.map((each) => (
            <option key={writePrincipal(each)} value={writePrincipal(each)} />
          ))}
        </datalist>
      </form>
      <div className="chips">
        {known
          .filter((each) => !samePrincipal(each, principal))
          .slice(0, SHOWN)
          .map((each) => (
            <Link key={writePrincipal(each)} className="chip" to={toObligations(each)}>
              {writePrincipal(each)}
            </Link>
          ))}
      </div>
      {development && !samePrincipal(principal, viewer.principal) && <ActAs principal={principal} />}
    </FilterBar>
  );
}

/** In development mode one is whom one says. */
function ActAs({ principal }: { principal: PrincipalPartsFragment }) {
  const { credentials, signIn } = useSession();
  const name = writePrincipal(principal);
  const { busy, error, submit } = useSubmit(() => signIn({ ...credentials, principal: name }));
  return (
    <form className="act-as" onSubmit={submit}>
      {error && <ErrorState error={error} compact />}
      <button
        type="submit"
        className="button"
        disabled={busy}
        title="In development mode whoever asks is believed: what belongs to it can then be canceled and retried here"
      >
        <span>Act as {name}</span>
      </button>
    </form>
  );
}
