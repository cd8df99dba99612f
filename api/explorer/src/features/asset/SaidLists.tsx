import { AssetLink } from "@/components/AssetLink";
import styles from "@/features/asset/AssetHeader.module.css";
import { Chips } from "@/features/asset/Chips";
import { linkName } from "@/features/asset/curation";
import type { Saying } from "@/features/asset/curation";
import type { Fact } from "@/features/asset/FactRow";
import { factsOf } from "@/features/asset/sayings";
import type { AssetHead } from "@/features/asset/useAsset";
import { useCurate } from "@/features/asset/useCurate";
import { isWeb } from "@/lib/iri";

interface Listing {
  part: "owners" | "domains" | "terms";
  one: string;
  hint: string;
  adding: (names: string[]) => Saying;
  removing: (name: string) => Saying;
}

const listings: Listing[] = [
  {
    part: "owners",
    one: "owner",
    hint: "A name or an e-mail address",
    adding: (addOwners) => ({ addOwners }),
    removing: (name) => ({ removeOwners: [name] }),
  },
  {
    part: "domains",
    one: "domain",
    hint: "A business domain",
    adding: (addDomains) => ({ addDomains }),
    removing: (name) => ({ removeDomains: [name] }),
  },
  {
    part: "terms",
    one: "term",
    hint: "A glossary term",
    adding: (addTerms) => ({ addTerms }),
    removing: (name) => ({ removeTerms: [name] }),
  },
];

/** What an asset has several of and people may say: tags, owners, domains, glossary terms. */
export function SaidLists({ asset, facts }: { asset: AssetHead; facts: Fact[] }) {
  const curate = useCurate(asset.iri);
  const tags = new Set(curated(facts, "tags").map((fact) => fact.value));
  return (
    <dl className={styles.chipped}>
      <div>
        <dt>Tags</dt>
        <dd>
          <Chips
            part="tags"
            one="tag"
            hint="Tags, by commas"
            chips={asset.tags.map((tag) => ({ name: tag, shown: tag, curated: tags.has(tag) }))}
            onAdd={(addTags) => curate({ addTags })}
            onRemove={(tag) => curate({ removeTags: [tag] })}
          />
        </dd>
      </div>
      {listings.map((listing) => (
        <LinkedList key={listing.part} listing={listing} asset={asset} facts={facts} onSay={curate} />
      ))}
    </dl>
  );
}

interface LinkedProps {
  listing: Listing;
  asset: AssetHead;
  facts: Fact[];
  onSay: (saying: Saying) => void;
}

function LinkedList({ listing: { part, one, hint, adding, removing }, asset, facts, onSay }: LinkedProps) {
  const said = new Set(curated(facts, part).map((fact) => fact.valueIri));
  const title = `${one.charAt(0).toUpperCase()}${one.slice(1)}`;
  return (
    <div>
      <dt>{asset[part].length === 1 ? title : `${title}s`}</dt>
      <dd>
        <Chips
          part={part}
          one={one}
          hint={hint}
          chips={asset[part].map((link) => ({
            name: isWeb(link.iri) ? linkName(link.iri) : link.title,
            shown: isWeb(link.iri) ? <AssetLink link={link} /> : link.title,
            curated: said.has(link.iri),
          }))}
          onAdd={(names) => onSay(adding(names))}
          onRemove={(name) => onSay(removing(name))}
        />
      </dd>
    </div>
  );
}

function curated(facts: Fact[], part: "tags" | Listing["part"]): Fact[] {
  return factsOf(facts, part).filter((fact) => fact.curated);
}
