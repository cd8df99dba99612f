import { Toast } from "@base-ui/react/toast";
import { useNavigate, useRouterState } from "@tanstack/react-router";

import type { Editable } from "@/features/asset/assetSearch";
import { copiesOf } from "@/features/asset/copies";
import { useAsset } from "@/features/asset/useAsset";
import { useKeptSearches } from "@/features/search/keptSearches";
import { useHarvests } from "@/features/sources/useHarvests";
import { followSystem, toggleTheme } from "@/lib/theme";

export interface Command {
  group: string;
  title: string;
  run: () => void;
  /** The page stays, so the focus goes back to where it was. */
  stays?: boolean;
}

/** The asset whose page is open; empty elsewhere. */
function useOpenIri(): string {
  return useRouterState({
    select: ({ location, matches }) => {
      const { iri: asked } = location.search as { iri?: unknown };
      const { iri: named } = (matches.at(-1)?.params ?? {}) as { iri?: unknown };
      return typeof asked === "string" ? asked : typeof named === "string" ? named : "";
    },
  });
}

/** What can be done with the asset whose page is open. */
function useAssetCommands(): Command[] {
  const iri = useOpenIri();
  const { data: asset } = useAsset(iri);
  const navigate = useNavigate();
  const toasts = Toast.useToastManager();
  if (!asset) return [];
  const copy = async (label: string, text: string) => {
    try {
      await navigator.clipboard.writeText(text);
      toasts.add({ title: `${label}: done` });
    } catch {
      toasts.add({ title: "The browser does not allow copying", description: text });
    }
  };
  const group = "This asset";
  const edit = (what: Editable) => void navigate({ to: "/asset", search: { iri, edit: what } });
  const query = `SELECT ?property ?value WHERE {\n  <${iri}> ?property ?value\n}`;
  return [
    { group, title: "Edit description", run: () => edit("description") },
    { group, title: "Add a tag", run: () => edit("tags") },
    { group, title: "Add an owner", run: () => edit("owners") },
    { group, title: "Show lineage", run: () => void navigate({ to: "/lineage/$iri", params: { iri } }) },
    { group, title: "Show graph", run: () => void navigate({ to: "/graph/$iri", params: { iri } }) },
    { group, title: "Show history", run: () => void navigate({ to: "/asset", search: { iri, tab: "history" } }) },
    { group, title: "Query its facts in SPARQL", run: () => void navigate({ to: "/sparql", search: { query } }) },
    ...copiesOf(asset, new URL("./", document.baseURI).href).map(({ label, text }) => ({
      group,
      title: label,
      run: () => void copy(label, text),
      stays: true,
    })),
  ];
}

/** Every command of the palette, the nearest to what is open first. */
export function useCommands(): Command[] {
  const navigate = useNavigate();
  const harvests = useHarvests();
  const searches = useKeptSearches();
  const own = useAssetCommands();
  return [
    ...own,
    { group: "Pages", title: "Search", run: () => void navigate({ to: "/" }) },
    { group: "Pages", title: "Sources", run: () => void navigate({ to: "/sources" }) },
    { group: "Pages", title: "SPARQL", run: () => void navigate({ to: "/sparql" }) },
    ...searches.map(({ name, params }) => ({
      group: "Your searches",
      title: name,
      run: () => void navigate({ to: "/", search: params }),
    })),
    ...harvests.map(({ name, harvest }) => ({ group: "Sources", title: `Harvest ${name}`, run: harvest, stays: true })),
    { group: "Looks", title: "Switch between light and dark", run: toggleTheme, stays: true },
    { group: "Looks", title: "Light or dark as the system has it", run: followSystem, stays: true },
  ];
}

/** Commands whose title or group holds every word. */
export function matching(commands: Command[], query: string): Command[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return commands.filter(({ group, title }) => words.every((word) => `${group} ${title}`.toLowerCase().includes(word)));
}
