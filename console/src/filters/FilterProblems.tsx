import "./filters.css";

/** Says which filters of the address can't be read, so that nobody takes what is shown for what was asked. */
export function FilterProblems({ problems }: { problems: readonly string[] }) {
  if (problems.length === 0) return null;
  return (
    <p className="notice filter-problem" role="status">
      Left out of the filter: {problems.join("; ")}.
    </p>
  );
}
