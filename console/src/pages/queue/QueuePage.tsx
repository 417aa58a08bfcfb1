import { useCallback } from "react";
import { useSearchParams } from "react-router";
import { CreateButton } from "../../actions/CreateButton";
import { useApiQuery } from "../../api/query";
import { useDue } from "../../clock/useDue";
import { PageHeader } from "../../components/PageHeader";
import { FilterProblems } from "../../filters/FilterProblems";
import { QueueStatsDocument } from "../../generated/graphql";
import { moves, readQueueFilter } from "./filter";
import { QueueFilters } from "./QueueFilters";
import { StatsPanel } from "./StatsPanel";
import { TaskList } from "./TaskList";
import { useTasks } from "./useTasks";
import "./queue.css";

/** The tasks: how many there are of each type and status, and those that pass the filter. */
export function QueuePage() {
  const [query] = useSearchParams();
  const { filter, problems } = readQueueFilter(query);
  const stats = useApiQuery(QueueStatsDocument, {}, { touchedBy: moves });
  const tasks = useTasks(filter);
  const shown = tasks.data?.pages.flatMap(({ nodes }) => nodes);

  const { refetch: readStats } = stats;
  const { refetch: readTasks } = tasks;
  const readAll = useCallback(() => {
    void readStats();
    void readTasks();
  }, [readStats, readTasks]);
  useDue(shown?.map(({ eligibility }) => eligibility.at) ?? [], readAll);

  return (
    <>
      <PageHeader title="Queue" actions={<CreateButton />} />
      <StatsPanel query={stats} filter={filter} />
      <QueueFilters filter={filter} types={stats.data?.queueStats.map(({ type }) => type) ?? []} />
      <FilterProblems problems={problems} />
      <TaskList query={tasks} tasks={shown} filter={filter} />
    </>
  );
}
