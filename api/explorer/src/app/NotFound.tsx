import { Link } from "@tanstack/react-router";

import { Notice } from "@/components/Notice";

export function NotFound() {
  return (
    <Notice title="There is no such page">
      <p>
        The link may be old. <Link to="/">Search</Link> finds every asset by its name or meaning.
      </p>
    </Notice>
  );
}
