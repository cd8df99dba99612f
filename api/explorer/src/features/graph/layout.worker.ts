import Graph from "graphology";
import forceAtlas2 from "graphology-layout-forceatlas2";

export interface LayoutRequest {
  nodes: { key: string; x: number; y: number }[];
  edges: [string, string][];
}

export type LayoutAnswer = Record<string, { x: number; y: number }>;

const ROUNDS = 150;

/** Arranges a graph by forces, away from the page's own thread. */
self.onmessage = ({ data }: MessageEvent<LayoutRequest>) => {
  const graph = new Graph({ multi: true });
  for (const { key, x, y } of data.nodes) graph.addNode(key, { x, y });
  for (const [start, end] of data.edges) graph.addEdge(start, end);
  const settings = { ...forceAtlas2.inferSettings(graph), barnesHutOptimize: graph.order > 500 };
  const answer: LayoutAnswer = forceAtlas2(graph, { iterations: ROUNDS, settings });
  self.postMessage(answer);
};
