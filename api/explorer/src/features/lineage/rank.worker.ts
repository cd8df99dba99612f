import type { Box } from "@/features/lineage/layout";
import { layOutRanks } from "@/features/lineage/rank";

interface Asked {
  boxes: Box[];
  edges: { start: string; end: string }[];
}

self.onmessage = ({ data: { boxes, edges } }: MessageEvent<Asked>) => self.postMessage(layOutRanks(boxes, edges));
