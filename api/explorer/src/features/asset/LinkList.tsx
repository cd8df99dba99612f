import { useState } from "react";

import { AssetLink } from "@/components/AssetLink";
import { ShowMore } from "@/components/ShowMore";
import { TextFilter } from "@/components/TextFilter";
import { Section } from "@/features/asset/Section";
import styles from "@/features/asset/Section.module.css";
import type { LinkPartsFragment } from "@/gql/graphql";
import { usePaged } from "@/lib/usePaged";

const FILTER_FROM = 15;

interface Props {
  title: string;
  links: LinkPartsFragment[];
  dense: boolean;
}

export function LinkList({ title, links, dense }: Props) {
  const [filter, setFilter] = useState("");
  const found = links.filter((link) => link.title.toLowerCase().includes(filter.trim().toLowerCase()));
  const { visible, hidden, showMore } = usePaged(found, 100);
  return (
    <Section title={title} size={links.length}>
      {links.length >= FILTER_FROM && <TextFilter label="Filter this list" value={filter} onChange={setFilter} />}
      <ul className={dense ? styles.dense : styles.list}>
        {visible.map((link) => (
          <li key={link.iri} data-testid="related">
            <AssetLink link={link} />
          </li>
        ))}
        {!visible.length && <li className={styles.soft}>None matches the filter.</li>}
      </ul>
      <ShowMore hidden={hidden} onClick={showMore} />
    </Section>
  );
}
