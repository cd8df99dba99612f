import { Tabs } from "@/components/Tabs";
import { tabsOf } from "@/features/asset/assetTabs";
import type { TabId } from "@/features/asset/assetTabs";
import { ColumnsTab } from "@/features/asset/ColumnsTab";
import { DefinitionTab } from "@/features/asset/DefinitionTab";
import { FactsTab } from "@/features/asset/FactsTab";
import { HistoryTab } from "@/features/asset/HistoryTab";
import { QualityTab } from "@/features/asset/QualityTab";
import { RelationsTab } from "@/features/asset/RelationsTab";
import type { AssetHead } from "@/features/asset/useAsset";

interface Props {
  asset: AssetHead;
  tab: string | undefined;
  onTab: (id: TabId) => void;
}

const panels: Record<TabId, (props: { iri: string }) => React.ReactNode> = {
  columns: ColumnsTab,
  relations: RelationsTab,
  definition: DefinitionTab,
  quality: QualityTab,
  facts: FactsTab,
  history: HistoryTab,
};

export function AssetTabs({ asset, tab, onTab }: Props) {
  const tabs = tabsOf(asset.__typename);
  const active = tabs.find((one) => one.id === tab)?.id ?? tabs[0]?.id ?? "facts";
  const Panel = panels[active];
  return (
    <div>
      <Tabs label="About this asset" tabs={tabs} active={active} onChange={onTab}>
        <Panel iri={asset.iri} />
      </Tabs>
    </div>
  );
}
