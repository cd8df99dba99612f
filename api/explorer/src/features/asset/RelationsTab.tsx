import { Notice } from "@/components/Notice";
import { LinkList } from "@/features/asset/LinkList";
import { Loaded } from "@/features/asset/Loaded";
import { ReferenceList } from "@/features/asset/ReferenceList";
import styles from "@/features/asset/Section.module.css";
import { useAspect } from "@/features/asset/useAspect";
import { RelationsDocument } from "@/gql/graphql";
import type { LinkPartsFragment, RelationsQuery } from "@/gql/graphql";

type Related = NonNullable<RelationsQuery["asset"]>;

export function RelationsTab({ iri }: { iri: string }) {
  const query = useAspect(RelationsDocument, iri, "relations");
  return (
    <Loaded query={query} what="the relations">
      {({ asset }) => <Relations related={asset ?? undefined} />}
    </Loaded>
  );
}

function listsOf(related: Related): [string, LinkPartsFragment[]][] {
  return [
    ["Contains", "members" in related ? related.members : []],
    ["Reads", "reads" in related ? related.reads : []],
    ["Writes", "writes" in related ? related.writes : []],
    ["Upstream: made from", related.upstream],
    ["Downstream: used by", related.downstream],
    ["Referenced by", "referencedBy" in related ? related.referencedBy : []],
  ];
}

function Relations({ related }: { related: Related | undefined }) {
  const lists = related ? listsOf(related).filter(([, links]) => links.length > 0) : [];
  const references = related && "references" in related ? related.references : [];
  if (!lists.length && !references.length) {
    return <Notice title="No relations are known">No harvested source tells of lineage, keys or members.</Notice>;
  }
  return (
    <div className={styles.columns}>
      {lists.map(([title, links]) => (
        <LinkList key={title} title={title} links={links} dense={lists.length === 1} />
      ))}
      {references.length > 0 && <ReferenceList references={references} />}
    </div>
  );
}
