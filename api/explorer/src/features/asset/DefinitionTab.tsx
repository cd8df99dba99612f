import { Notice } from "@/components/Notice";
import { Code } from "@/features/asset/Code";
import { Loaded } from "@/features/asset/Loaded";
import { Physical } from "@/features/asset/Physical";
import styles from "@/features/asset/Section.module.css";
import { useAspect } from "@/features/asset/useAspect";
import { DefinitionDocument } from "@/gql/graphql";
import type { DefinitionQuery } from "@/gql/graphql";

type Defined = NonNullable<DefinitionQuery["asset"]>;

export function DefinitionTab({ iri }: { iri: string }) {
  const query = useAspect(DefinitionDocument, iri, "definition");
  return (
    <Loaded query={query} what="the definition">
      {({ asset }) => <Definition defined={asset ?? undefined} />}
    </Loaded>
  );
}

const isPhysical = (defined: Defined): boolean =>
  "keys" in defined &&
  defined.keys.length +
    defined.indexes.length +
    defined.grants.length +
    defined.distributions.length +
    defined.partitionColumns.length >
    0;

function Definition({ defined }: { defined: Defined | undefined }) {
  const text = defined && "definition" in defined ? defined.definition : undefined;
  if (!text && !(defined && isPhysical(defined))) return <Notice title="No definition is known" />;
  return (
    <div className={styles.stack}>
      {text && <Code text={text} platform={defined?.platform} />}
      {defined && "keys" in defined && <Physical dataset={defined} />}
    </div>
  );
}
