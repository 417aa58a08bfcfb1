import { X } from "lucide-react";
import { Link, useNavigate } from "react-router";
import { FilterBar } from "../../components/FilterBar";
import { RECEIPT_TYPES, receiptLook } from "../../components/receipt_look";
import { ChoiceMenu } from "../../filters/ChoiceMenu";
import { FilterField } from "../../filters/FilterField";
import { PrincipalField } from "../../filters/PrincipalField";
import { type LedgerFilter, toLedger } from "../../paths";
import { ReceiptBadge } from "../../receipt/ReceiptBadge";

/** Which receipts are shown; the address keeps it. */
export function LedgerFilters({ filter }: { filter: LedgerFilter }) {
  const navigate = useNavigate();
  const change = (next: LedgerFilter) => void navigate(toLedger({ ...filter, ...next }), { replace: true });
  return (
    <FilterBar>
      <ChoiceMenu
        label="Type"
        choices={RECEIPT_TYPES}
        chosen={filter.types ?? []}
        onChange={(types) => change({ types })}
        textOf={(type) => receiptLook(type).name}
        showOf={(type) => <ReceiptBadge type={type} />}
      />
      <PrincipalField label="From" name="from" value={filter.from} onChange={(from) => change({ from })} />
      <PrincipalField label="To" name="to" value={filter.to} onChange={(to) => change({ to })} />
      <FilterField
        label="Task"
        name="task"
        value={filter.task ?? ""}
        placeholder="id"
        onChange={(task) => change({ task })}
      />
      {toLedger(filter) !== toLedger() && (
        <Link className="button quiet" to={toLedger()}>
          <X aria-hidden />
          Clear
        </Link>
      )}
    </FilterBar>
  );
}
