import { type FormEvent, useMemo, useState } from "react";
import { Link, useNavigate } from "react-router";
import { useApiQuery } from "../../api/query";
import { FilterBar } from "../../components/FilterBar";
import { readPrincipal, samePrincipal, writePrincipal } from "../../components/principal";
import { LatestOwnersDocument, type PrincipalPartsFragment } from "../../generated/graphql";
import { useTail } from "../../live/LiveProvider";
import { toObligations } from "../../paths";
import { useSession } from "../../session/context";
import { recentPrincipals } from "./recent";

const SHOWN = 6;

/** Chooses whose obligations are shown: by name, or among those looked at lately and those who have had something done. */
export function PrincipalFilter({ principal }: { principal: PrincipalPartsFragment }) {
  const { viewer, credentials, development, signIn } = useSession();
  const navigate = useNavigate();
  const [text, setText] = useState(writePrincipal(principal));
  const known = useKnownPrincipals(principal);

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
            pattern="\s*(agent|worker|service|system|human):.+"
            title="kind:id, for example agent:planner; the kinds are agent, worker, service, human"
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
      {development && !samePrincipal(principal, viewer.principal) && (
        <button
          type="button"
          className="button act-as"
          title="In development mode whoever asks is believed: what belongs to it can then be canceled and retried here"
          onClick={() => void signIn({ ...credentials, principal: writePrincipal(principal) })}
        >
          Act as {writePrincipal(principal)}
        </button>
      )}
    </FilterBar>
  );
}

function useKnownPrincipals(current: PrincipalPartsFragment): PrincipalPartsFragment[] {
  const { viewer } = useSession();
  const tail = useTail();
  const { data: latest } = useApiQuery(LatestOwnersDocument, {});
  return useMemo(() => {
    const owners = tail.filter(({ receipt }) => receipt.type === "TASK_ASSIGNED").map(({ receipt }) => receipt.to);
    const before = latest?.tasks.nodes.map(({ createdBy }) => createdBy) ?? [];
    const all = [current, ...recentPrincipals(viewer.tenantId), viewer.principal, ...owners.toReversed(), ...before];
    return [...new Map(all.map((principal) => [writePrincipal(principal), principal])).values()];
  }, [current, viewer, tail, latest]);
}
