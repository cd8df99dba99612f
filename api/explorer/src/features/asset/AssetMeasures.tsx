import type { AssetHead } from "@/features/asset/useAsset";
import { Moment } from "@/components/Moment";
import { bytes, count } from "@/lib/format";
import { isWeb, lastSegment } from "@/lib/iri";

type Dataset = Extract<AssetHead, { __typename: "Dataset" }>;

const about = (exact: boolean | null | undefined): string => (exact === false ? "about " : "");

/** Size, age and licence of a dataset, as far as they are known. */
export function AssetMeasures({ dataset }: { dataset: Dataset }) {
  return (
    <>
      {dataset.rowCount != null && (
        <div>
          <dt>Rows</dt>
          <dd>
            {about(dataset.rowCountExact)}
            {count(dataset.rowCount)}
          </dd>
        </div>
      )}
      {dataset.byteSize != null && (
        <div>
          <dt>Size</dt>
          <dd>{bytes(dataset.byteSize)}</dd>
        </div>
      )}
      {dataset.modified && (
        <div>
          <dt>Modified</dt>
          <dd>
            <Moment at={dataset.modified} />
          </dd>
        </div>
      )}
      {dataset.license && (
        <div>
          <dt>Licence</dt>
          <dd>
            {isWeb(dataset.license) ? <a href={dataset.license}>{lastSegment(dataset.license)}</a> : dataset.license}
          </dd>
        </div>
      )}
      {dataset.landingPage && (
        <div>
          <dt>Landing page</dt>
          <dd>
            {isWeb(dataset.landingPage) ? <a href={dataset.landingPage}>{dataset.landingPage}</a> : dataset.landingPage}
          </dd>
        </div>
      )}
    </>
  );
}
