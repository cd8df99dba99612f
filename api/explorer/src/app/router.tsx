import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from "@tanstack/react-router";

import { Crash } from "@/app/Crash";
import { NotFound } from "@/app/NotFound";
import { Shell } from "@/app/Shell";
import { readAssetSearch } from "@/features/asset/assetSearch";
import { readLineageSearch } from "@/features/lineage/lineageSearch";
import { SearchPage } from "@/features/search/SearchPage";
import { readSearch } from "@/features/search/searchParams";
import { readSparqlSearch } from "@/features/sparql/sparqlSearch";
import { parseSearch, stringifySearch } from "@/lib/urlSearch";

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound, errorComponent: Crash });

const search = createRoute({
  getParentRoute: () => root,
  path: "/",
  component: SearchPage,
  validateSearch: readSearch,
});

const asset = createRoute({
  getParentRoute: () => root,
  path: "/asset",
  component: lazyRouteComponent(() => import("@/features/asset/AssetPage"), "AssetPage"),
  validateSearch: readAssetSearch,
});

const sources = createRoute({
  getParentRoute: () => root,
  path: "/sources",
  component: lazyRouteComponent(() => import("@/features/sources/SourcesPage"), "SourcesPage"),
});

const sparql = createRoute({
  getParentRoute: () => root,
  path: "/sparql",
  component: lazyRouteComponent(() => import("@/features/sparql/SparqlPage")),
  validateSearch: readSparqlSearch,
});

const lineage = createRoute({
  getParentRoute: () => root,
  path: "/lineage/$iri",
  component: lazyRouteComponent(() => import("@/features/lineage/LineagePage"), "LineagePage"),
  validateSearch: readLineageSearch,
});

const graph = createRoute({
  getParentRoute: () => root,
  path: "/graph/$iri",
  component: lazyRouteComponent(() => import("@/features/graph/GraphPage"), "GraphPage"),
});

const routeTree = root.addChildren([search, asset, lineage, graph, sources, sparql]);

/** Hash history: a deep link works from whatever path the server mounts the page at. */
export function createExplorerRouter() {
  return createRouter({
    routeTree,
    history: createHashHistory(),
    parseSearch,
    stringifySearch,
    scrollRestoration: true,
    defaultErrorComponent: Crash,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createExplorerRouter>;
  }
}
