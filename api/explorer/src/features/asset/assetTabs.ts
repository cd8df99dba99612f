const titles = {
  columns: "Columns",
  relations: "Relations",
  definition: "Definition",
  quality: "Quality",
  facts: "Facts",
  history: "History",
} as const;

export type TabId = keyof typeof titles;

const everywhere: TabId[] = ["relations", "facts", "history"];

const byType: Record<string, TabId[]> = {
  Dataset: ["columns", "relations", "definition", "quality", "facts", "history"],
  Job: ["relations", "definition", "facts", "history"],
};

export function tabsOf(typename: string): { id: TabId; title: string }[] {
  return (byType[typename] ?? everywhere).map((id) => ({
    id,
    title: id === "relations" && typename === "Container" ? "Contents" : titles[id],
  }));
}
