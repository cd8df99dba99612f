import { Badge } from "@/components/Badge";
import { PlatformIcon } from "@/components/PlatformIcon";

export function PlatformBadge({ platform }: { platform: string }) {
  return (
    <Badge>
      <PlatformIcon platform={platform} />
      {platform}
    </Badge>
  );
}
