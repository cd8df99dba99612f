import { getRouteApi, useNavigate } from "@tanstack/react-router";

import type { Editable } from "@/features/asset/assetSearch";

const route = getRouteApi("/asset");

/** Which part of the asset is being edited; it stands in the address, so that a link or a command can begin it. */
export function useEditing(part: Editable) {
  const search = route.useSearch();
  const navigate = useNavigate();
  const to = (edit: Editable | undefined) =>
    void navigate({ to: "/asset", search: { ...search, edit }, replace: true, resetScroll: false });
  return { editing: search.edit === part, begin: () => to(part), end: () => to(undefined) };
}
